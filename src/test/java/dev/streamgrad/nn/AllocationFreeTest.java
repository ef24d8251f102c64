package dev.streamgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.math3.util.FastMath;
import org.junit.jupiter.api.Test;

class AllocationFreeTest {

    @Test
    void tanh_isFastMaths_withinTwoUnitsInTheLastPlace() {
        for (double z = -25.0; z < 25.0; z += 0.00037) {
            assertThat(AllocationFree.tanh(z))
                    .as("tanh %s", z)
                    .isCloseTo(FastMath.tanh(z), within(2 * Math.ulp(FastMath.tanh(z))));
        }
        assertThat(AllocationFree.tanh(1e-300)).isEqualTo(1e-300);
        assertThat(AllocationFree.tanh(-1e308)).isEqualTo(-1.0);
        assertThat(AllocationFree.tanh(Double.NaN)).isNaN();
    }

    @Test
    void log1p_isFastMaths_withinTwoUnitsInTheLastPlace() {
        for (double x = 1e-300; x < 1.0; x *= 1.0037) {
            requireLog1p(x);
        }
        for (double x = 0.0; x <= 1.0; x += 1.0 / 65_536) {
            requireLog1p(x);
        }
        assertThat(AllocationFree.log1p(1.0)).isEqualTo(FastMath.log(2.0));
    }

    private static void requireLog1p(double x) {
        double expected = FastMath.log1p(x);
        assertThat(AllocationFree.log1p(x)).as("log1p %s", x).isCloseTo(expected, within(2 * Math.ulp(expected)));
    }

    @Test
    void power_isTheProduct() {
        assertThat(AllocationFree.power(0.9, 0)).isEqualTo(1.0);
        assertThat(AllocationFree.power(0.5, 1074)).isEqualTo(Double.MIN_VALUE);
        assertThat(AllocationFree.power(0.999, 1000)).isCloseTo(FastMath.pow(0.999, 1000), within(1e-14));
        assertThat(AllocationFree.power(0.999, Long.MAX_VALUE)).isZero();
    }

    @Test
    void cosPi_isTheCosine() {
        for (double x = 0.0; x <= 1.0; x += 0.001) {
            assertThat(AllocationFree.cosPi(x)).isCloseTo(FastMath.cos(FastMath.PI * x), within(5e-16));
        }
        assertThat(AllocationFree.cosPi(1.0)).isEqualTo(-1.0);
    }
}
