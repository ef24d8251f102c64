package dev.streamgrad.json;

import java.math.BigInteger;

/**
 * Writes numbers as decimals, in ASCII, without an object on the way. A double is written as {@link Double#toString}
 * has done since JDK 19, on every JVM: the shortest decimal of at least two digits that reads back to the same bits.
 * Before that release some doubles have more digits than they need, and the bytes of records would differ between JVMs.
 *
 * <p>The search for the shortest decimal is Giulietti's (<i>The Schubfach way to render doubles</i>, 2022), whose names
 * are kept here. A double {@code v = c·2^q} is what every decimal rounds to that lies between {@code vl = (c − ½)·2^q}
 * and {@code vr = (c + ½)·2^q}. For the {@code k} with {@code 10^k ≤ 2^q < 10^(k+1)} there are at least one and at most
 * ten multiples of {@code 10^k} between them, and at most one of {@code 10^(k+1)}, which is shorter. So four candidates
 * are compared with the two bounds, all of them divided by {@code 10^k}: that is a product with a power of ten of 126
 * bits, {@code g}, of which 64 bits are kept. The lowest of these says whether anything was cut off, so no comparison
 * is ever wrong.
 */
public final class ShortestDecimal {
    /** The most bytes that a number takes: {@code -2.2250738585072014E-308}. */
    public static final int LONGEST = 24;

    /** The explicit bits of a double's significand, and the least significand of a normal double. */
    private static final int FRACTION_BITS = 52;

    private static final long LEAST_NORMAL = 1L << FRACTION_BITS;

    /** The exponent {@code q} of the subnormal and the smallest normal doubles. */
    private static final int LEAST_Q = -1074;

    /** Below it a subnormal has so few digits that it is written as ten times itself, over ten. */
    private static final long TINY = 3;

    private static final long LOW_63 = Long.MAX_VALUE;

    /** The exponents of ten that a double can need, as {@code −k}. */
    private static final int LEAST_POWER = -292;

    private static final int GREATEST_POWER = 324;
    /** Of {@code g = ⌊10^(−k) · 2^r⌋ + 1}, with {@code r} such that it has 126 bits, the upper and the lower 63. */
    private static final long[] HIGH = new long[GREATEST_POWER - LEAST_POWER + 1];

    private static final long[] LOW = new long[HIGH.length];

    /** 1, 10, 100, … up to 10^18. */
    private static final long[] TENS = new long[19];

    /** The digits of 00, 01, … 99. */
    private static final byte[] PAIRS = new byte[200];

    static {
        for (int e = LEAST_POWER; e <= GREATEST_POWER; e++) {
            int shift = 125 - floorLog2OfPowerOf10(e);
            BigInteger power = BigInteger.TEN.pow(Math.abs(e));
            BigInteger g = e >= 0
                    ? shift >= 0 ? power.shiftLeft(shift) : power.shiftRight(-shift)
                    : BigInteger.ONE.shiftLeft(shift).divide(power);
            g = g.add(BigInteger.ONE);
            HIGH[e - LEAST_POWER] = g.shiftRight(63).longValueExact();
            LOW[e - LEAST_POWER] = g.longValue() & LOW_63;
        }
        long ten = 1;
        for (int i = 0; i < TENS.length; i++) {
            TENS[i] = ten;
            ten *= 10;
        }
        for (int i = 0; i < 100; i++) {
            PAIRS[2 * i] = (byte) ('0' + i / 10);
            PAIRS[2 * i + 1] = (byte) ('0' + i % 10);
        }
    }

    private ShortestDecimal() {}

    /**
     * The shortest decimal of a finite number: plain from 10⁻³ to under 10⁷, otherwise with an exponent.
     *
     * @throws NumberFormatException if it is not finite
     */
    public static String of(double value) {
        byte[] bytes = new byte[LONGEST];
        int length = write(value, bytes, 0);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) bytes[i]);
        }
        return text.toString();
    }

    /** As {@link #of}, and NaN and the infinities by their names: for a text that a person reads. */
    public static String text(double value) {
        return Double.isFinite(value) ? of(value) : Double.toString(value);
    }

    /**
     * Writes what {@link #of} gives. Allocates nothing.
     *
     * @param to has room for {@link #LONGEST} bytes from {@code at}
     * @return the index after the last byte
     * @throws NumberFormatException if the number is not finite
     */
    public static int write(double value, byte[] to, int at) {
        long bits = Double.doubleToRawLongBits(value);
        int start = at;
        if (bits < 0) {
            to[start++] = '-';
        }
        long fraction = bits & (LEAST_NORMAL - 1);
        int exponent = (int) (bits >>> FRACTION_BITS) & 0x7FF;
        if (exponent == 0x7FF) {
            throw new NumberFormatException("only a finite number has a decimal; got " + value);
        }
        if (exponent != 0) {
            long c = LEAST_NORMAL | fraction;
            int q = LEAST_Q - 1 + exponent;
            // A whole number below 2^53 is its own shortest decimal, once its zeros are cut off.
            if (-q > 0 && -q <= FRACTION_BITS && (c >> -q) << -q == c) {
                return decimal(c >> -q, 0, to, start);
            }
            return shortest(q, c, 0, to, start);
        }
        if (fraction == 0) {
            return zero(to, start);
        }
        return fraction < TINY
                ? shortest(LEAST_Q, 10 * fraction, -1, to, start)
                : shortest(LEAST_Q, fraction, 0, to, start);
    }

    /**
     * Writes a whole number. Allocates nothing.
     *
     * @param to has room for {@link #LONGEST} bytes from {@code at}
     * @return the index after the last byte
     */
    public static int write(long value, byte[] to, int at) {
        int start = at;
        long rest = value;
        if (value < 0) {
            to[start++] = '-';
            if (value == Long.MIN_VALUE) {
                // Its magnitude is no long: the last digit apart.
                int end = write(-(value / 10), to, start);
                to[end] = (byte) ('0' - value % 10);
                return end + 1;
            }
            rest = -value;
        }
        int end = start + digits(rest);
        writeDigits(rest, to, start, end);
        return end;
    }

    /** Finds the shortest decimal of {@code c·2^q}, over {@code 10^−dk}, and writes it. */
    private static int shortest(int q, long c, int dk, byte[] to, int at) {
        long odd = c & 1;
        long cb = c << 2;
        long cbr = cb + 2;
        long cbl;
        int k;
        if (c != LEAST_NORMAL || q == LEAST_Q) {
            cbl = cb - 2;
            k = floorLog10OfPowerOf2(q);
        } else {
            // Below a power of two the doubles are twice as dense.
            cbl = cb - 1;
            k = floorLog10OfThreeQuartersOfPowerOf2(q);
        }
        int h = q + floorLog2OfPowerOf10(-k) + 2;
        long g1 = HIGH[-k - LEAST_POWER];
        long g0 = LOW[-k - LEAST_POWER];
        long vb = roundToOdd(g1, g0, cb << h);
        long vbl = roundToOdd(g1, g0, cbl << h);
        long vbr = roundToOdd(g1, g0, cbr << h);
        long s = vb >> 2;
        if (s >= 100) {
            // The two multiples of 10^(k+1) around v. An end of the interval belongs to it if c is even.
            long ten = s / 10 * 10;
            boolean lowerFits = vbl + odd <= ten << 2;
            boolean upperFits = ((ten + 10) << 2) + odd <= vbr;
            if (lowerFits != upperFits) {
                return decimal(lowerFits ? ten : ten + 10, k + dk, to, at);
            }
        }
        boolean lowerFits = vbl + odd <= s << 2;
        boolean upperFits = ((s + 1) << 2) + odd <= vbr;
        if (lowerFits != upperFits) {
            return decimal(lowerFits ? s : s + 1, k + dk, to, at);
        }
        long nearer = vb - ((s + s + 1) << 1);
        return decimal(nearer < 0 || (nearer == 0 && (s & 1) == 0) ? s : s + 1, k + dk, to, at);
    }

    /** {@code g·cp / 2^126}, with the lowest bit set if anything was cut off. */
    private static long roundToOdd(long g1, long g0, long cp) {
        long x1 = Math.multiplyHigh(g0, cp);
        long y0 = g1 * cp;
        long y1 = Math.multiplyHigh(g1, cp);
        long z = (y0 >>> 1) + x1;
        long w = y1 + (z >>> 63);
        return w | (((z & LOW_63) + LOW_63) >>> 63);
    }

    /** {@code ⌊log10 2^e⌋}. */
    private static int floorLog10OfPowerOf2(int e) {
        return (int) ((e * 661_971_961_083L) >> 41);
    }

    /** {@code ⌊log10 ¾·2^e⌋}. */
    private static int floorLog10OfThreeQuartersOfPowerOf2(int e) {
        return (int) ((e * 661_971_961_083L - 274_743_187_321L) >> 41);
    }

    /** {@code ⌊log2 10^e⌋}. */
    private static int floorLog2OfPowerOf10(int e) {
        return (int) ((e * 913_124_641_741L) >> 38);
    }

    private static int zero(byte[] to, int at) {
        to[at] = '0';
        to[at + 1] = '.';
        to[at + 2] = '0';
        return at + 3;
    }

    /** Writes {@code f·10^k}, {@code f > 0}, without the zeros that {@code f} ends with. */
    private static int decimal(long f, int k, byte[] to, int at) {
        long digits = f;
        int power = k;
        if (digits % 100_000_000 == 0) {
            digits /= 100_000_000;
            power += 8;
        }
        while (digits % 10 == 0) {
            digits /= 10;
            power++;
        }
        int n = digits(digits);
        // The number is d.ddd · 10^exponent.
        int exponent = power + n - 1;
        if (exponent >= 7 || exponent < -3) {
            return withExponent(digits, n, exponent, to, at);
        }
        if (exponent < 0) {
            int first = at + 1 - exponent;
            for (int i = at; i < first; i++) {
                to[i] = '0';
            }
            to[at + 1] = '.';
            writeDigits(digits, to, first, first + n);
            return first + n;
        }
        int point = at + exponent + 1;
        if (n <= exponent + 1) {
            writeDigits(digits, to, at, at + n);
            for (int i = at + n; i < point; i++) {
                to[i] = '0';
            }
            to[point] = '.';
            to[point + 1] = '0';
            return point + 2;
        }
        // One to the right, to make room for the point.
        writeDigits(digits, to, at + 1, at + 1 + n);
        for (int i = at; i < point; i++) {
            to[i] = to[i + 1];
        }
        to[point] = '.';
        return at + 1 + n;
    }

    private static int withExponent(long digits, int n, int exponent, byte[] to, int at) {
        writeDigits(digits, to, at + 1, at + 1 + n);
        to[at] = to[at + 1];
        to[at + 1] = '.';
        int end = at + 1 + n;
        if (n == 1) {
            to[end++] = '0';
        }
        to[end++] = 'E';
        return write((long) exponent, to, end);
    }

    /** How many digits a number of at least 0 has. */
    private static int digits(long number) {
        // Bits times log10 2, a little less: right, or one too few.
        int n = ((64 - Long.numberOfLeadingZeros(number | 1)) * 1233) >> 12;
        return (number | 1) >= TENS[n] ? n + 1 : n;
    }

    /** Writes the digits of a number of at least 0 from index {@code start} to before {@code end}, two at a time. */
    private static void writeDigits(long number, byte[] to, int start, int end) {
        int i = end;
        long rest = number;
        while (rest > Integer.MAX_VALUE) {
            long next = rest / 100;
            i = writePair((int) (rest - 100 * next), to, i);
            rest = next;
        }
        // An int is divided faster.
        int small = (int) rest;
        while (i - start >= 2) {
            int next = small / 100;
            i = writePair(small - 100 * next, to, i);
            small = next;
        }
        if (i > start) {
            to[start] = (byte) ('0' + small);
        }
    }

    private static int writePair(int pair, byte[] to, int end) {
        to[end - 2] = PAIRS[2 * pair];
        to[end - 1] = PAIRS[2 * pair + 1];
        return end - 2;
    }
}
