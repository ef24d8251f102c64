package dev.streamgrad.learning;

import dev.streamgrad.encoding.Dictionary;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.encoding.Vocabulary;
import dev.streamgrad.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.ObjDoubleConsumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One piece of a model's state, with its name and the way in and out. Whatever writes, reads or digests a state goes
 * through {@link ModelState#FIELDS} and handles each by its kind, so none can forget one.
 */
public sealed interface StateField {
    /**
     * Its name, which is where it stands in a snapshot: {@code optimizer.steps} is {@code steps} of the object
     * {@code optimizer}.
     */
    String path();

    /** Which models have it. */
    Predicate<ModelSpec> presence();

    /** In which models that have it, it has a say in what the next samples do: what the fingerprint is taken of. */
    Predicate<Model> decides();

    /** Whether models of this spec have it. */
    default boolean isIn(ModelSpec spec) {
        return presence().test(spec);
    }

    /** How many numbers it has, at most, in a model of this spec that has it. */
    long numbers(ModelSpec spec);

    /** Hands out its numbers, in canonical order. */
    void forEach(Model model, DoubleConsumer consumer);

    /** Sets its numbers, in {@link Model#restore}, to those that {@link #forEach} handed out. */
    void fill(Model model, DoubleSupplier numbers);

    /** A whole number, of at least {@link #least}. */
    record Whole(
            String path,
            Predicate<ModelSpec> presence,
            Predicate<Model> decides,
            long least,
            ToLongFunction<Model> getter,
            ObjLongConsumer<Model> setter)
            implements StateField {
        /** Its value. */
        public long get(Model model) {
            return getter.applyAsLong(model);
        }

        /** Sets it, in {@link Model#restore}. */
        public void set(Model model, long value) {
            setter.accept(model, value);
        }

        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            consumer.accept((double) get(model));
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            set(model, (long) numbers.getAsDouble());
        }

        @Override
        public long numbers(ModelSpec spec) {
            return 1;
        }
    }

    /** Something that is so or not; as a number, 1 or 0. */
    record Flag(
            String path,
            Predicate<ModelSpec> presence,
            Predicate<Model> decides,
            Predicate<Model> getter,
            BiConsumer<Model, Boolean> setter)
            implements StateField {
        /** Whether it is so. */
        public boolean get(Model model) {
            return getter.test(model);
        }

        /** Sets it, in {@link Model#restore}. */
        public void set(Model model, boolean value) {
            setter.accept(model, value);
        }

        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            consumer.accept(get(model) ? 1.0 : 0.0);
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            double number = numbers.getAsDouble();
            if (number != 0.0 && number != 1.0) {
                throw new IllegalArgumentException(path + " must be 0 or 1; got " + number);
            }
            set(model, number != 0.0);
        }

        @Override
        public long numbers(ModelSpec spec) {
            return 1;
        }
    }

    /** A real number. */
    record Real(
            String path,
            Predicate<ModelSpec> presence,
            Predicate<Model> decides,
            ToDoubleFunction<Model> getter,
            ObjDoubleConsumer<Model> setter)
            implements StateField {
        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            consumer.accept(getter.applyAsDouble(model));
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            setter.accept(model, numbers.getAsDouble());
        }

        @Override
        public long numbers(ModelSpec spec) {
            return 1;
        }
    }

    /** A row of real numbers. */
    record Vector(
            String path,
            Predicate<ModelSpec> presence,
            Predicate<Model> decides,
            ToIntFunction<ModelSpec> length,
            Function<Model, double[]> live)
            implements StateField {
        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            for (double number : live.apply(model)) {
                consumer.accept(number);
            }
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            double[] values = live.apply(model);
            for (int i = 0; i < values.length; i++) {
                values[i] = numbers.getAsDouble();
            }
        }

        @Override
        public long numbers(ModelSpec spec) {
            return length.applyAsInt(spec);
        }
    }

    /** A number for each weight and bias. */
    record Layers(
            String path, Predicate<ModelSpec> presence, Predicate<Model> decides, Function<Model, Parameters> live)
            implements StateField {
        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            live.apply(model).forEach(consumer);
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            live.apply(model).fill(numbers);
        }

        @Override
        public long numbers(ModelSpec spec) {
            return spec.architecture().parameters();
        }
    }

    /** Some numbers for each weight and bias: the optimizer's memory. */
    record Slots(
            String path,
            Predicate<ModelSpec> presence,
            Predicate<Model> decides,
            Function<Model, List<Parameters>> live)
            implements StateField {
        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            live.apply(model).forEach(slot -> slot.forEach(consumer));
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            live.apply(model).forEach(slot -> slot.fill(numbers));
        }

        @Override
        public long numbers(ModelSpec spec) {
            return (long) spec.architecture().parameters()
                    * spec.birth().optimizer().slots();
        }
    }

    /**
     * The words of the model's dictionaries. As numbers, each dictionary is how many words it has, and each word the
     * number of its bytes and its bytes.
     */
    record Words(String path, Predicate<ModelSpec> presence, Predicate<Model> decides, Function<Model, Vocabulary> live)
            implements StateField {
        /** The most bytes that a number of these takes as a whole: none is larger than a dictionary. */
        public static final int LONGEST_NUMBER = 3;

        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            for (Dictionary dictionary : live.apply(model).dictionaries()) {
                consumer.accept(dictionary.size());
                for (int i = 0; i < dictionary.size(); i++) {
                    byte[] word = dictionary.bytes(i);
                    consumer.accept(word.length);
                    for (byte b : word) {
                        consumer.accept(Byte.toUnsignedInt(b));
                    }
                }
            }
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            for (Dictionary dictionary : live.apply(model).dictionaries()) {
                int size = within(numbers.getAsDouble(), dictionary.capacity());
                List<byte[]> words = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    byte[] word = new byte[within(numbers.getAsDouble(), Dictionary.LONGEST_WORD)];
                    for (int b = 0; b < word.length; b++) {
                        word[b] = (byte) within(numbers.getAsDouble(), 0xFF);
                    }
                    words.add(word);
                }
                dictionary.restore(words);
            }
        }

        private static int within(double number, int most) {
            if (!(number >= 0.0 && number <= most)) {
                throw new IllegalArgumentException(
                        "a number of a dictionary or an id must be from 0 to " + most + "; got " + (long) number);
            }
            return (int) number;
        }

        @Override
        public long numbers(ModelSpec spec) {
            Mapping mapping = spec.birth().mapping();
            return mapping == null
                    ? 0
                    : mapping.dictionaries().stream()
                            .mapToLong(capacity -> 1 + capacity * (1L + Dictionary.LONGEST_WORD))
                            .sum();
        }
    }

    /**
     * The ids of the last commands. As numbers: how many there are, and of each the number of its UTF-16 code units and
     * those.
     */
    record Ids(
            String path, Predicate<ModelSpec> presence, Predicate<Model> decides, Function<Model, RecentCommands> live)
            implements StateField {
        private static final int LARGEST = Character.MAX_VALUE;

        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            List<String> ids = live.apply(model).ids();
            consumer.accept(ids.size());
            for (String id : ids) {
                consumer.accept(id.length());
                id.chars().forEach(consumer::accept);
            }
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            List<String> ids = new ArrayList<>();
            int size = Words.within(numbers.getAsDouble(), RecentCommands.MOST);
            for (int i = 0; i < size; i++) {
                char[] id = new char[Words.within(numbers.getAsDouble(), RecentCommands.LONGEST_ID)];
                for (int c = 0; c < id.length; c++) {
                    id[c] = (char) Words.within(numbers.getAsDouble(), LARGEST);
                }
                ids.add(new String(id));
            }
            live.apply(model).restore(ids);
        }

        @Override
        public long numbers(ModelSpec spec) {
            return 1 + RecentCommands.MOST * (1L + RecentCommands.LONGEST_ID);
        }
    }

    /** What the detector of drift remembers, much of which are counts. */
    record Detector(String path, Predicate<ModelSpec> presence, Predicate<Model> decides) implements StateField {
        private static DriftDetector of(@Nullable DriftDetector detector) {
            return Objects.requireNonNull(detector);
        }

        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            of(model.detector()).write(consumer);
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            of(model.detector()).restore(numbers);
        }

        @Override
        public long numbers(ModelSpec spec) {
            return of(spec.hyperparameters().drift().create()).most();
        }
    }

    /** The prequential metrics, most of which are counts; they only watch. */
    record Metrics(String path) implements StateField {
        @Override
        public Predicate<ModelSpec> presence() {
            return spec -> true;
        }

        @Override
        public Predicate<Model> decides() {
            return model -> false;
        }

        @Override
        public void forEach(Model model, DoubleConsumer consumer) {
            model.metrics().write(consumer);
        }

        @Override
        public void fill(Model model, DoubleSupplier numbers) {
            model.metrics().restore(numbers);
        }

        @Override
        public long numbers(ModelSpec spec) {
            return PrequentialMetrics.largest(spec.architecture().outputs());
        }
    }
}
