package dev.streamgrad.exchange;

import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.StateField;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Layer;
import dev.streamgrad.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * A piece of a model's state as a tensor: its name in a file, its shape, and the way in and out.
 *
 * <p>Names of weights and biases are those of a PyTorch {@code nn.Sequential} in which an activation follows each
 * {@code nn.Linear}: {@code 0.weight}, {@code 0.bias}, {@code 2.weight} and so on, and weights are out × in as there.
 * What has a number for each of them has the same names behind its own: {@code optimizer.m.0.weight}. All else is named
 * as in {@link ModelState}.
 */
abstract class StateTensor {
    private final String name;
    private final List<Long> shape;

    private StateTensor(String name, Long... shape) {
        this.name = name;
        this.shape = List.of(shape);
    }

    String name() {
        return name;
    }

    List<Long> shape() {
        return shape;
    }

    /** Whether a tensor of a file can be it. */
    boolean hasShape(List<Long> other) {
        return shape.equals(other);
    }

    /** The shape of what {@link #of} gave. */
    List<Long> shapeOf(double[] numbers) {
        return shape;
    }

    /** A copy of the model's numbers. */
    abstract double[] of(Model model);

    /**
     * Sets the model's numbers, in {@link Model#restore}.
     *
     * @throws IllegalArgumentException if they cannot be these
     */
    abstract void set(Model model, double[] numbers);

    /** Whether a number of the model's state stands in a tensor, and not as a text: what stands beside its means. */
    static boolean isOne(StateField.Whole field) {
        return field.path().endsWith(".count");
    }

    /** The weights and biases. */
    static List<StateTensor> ofParameters(ModelSpec spec) {
        List<StateTensor> tensors = new ArrayList<>();
        addLayers(tensors, "", spec.architecture(), Model::parameters);
        return tensors;
    }

    /** Everything in the state of a model that is a tensor, in canonical order. */
    static List<StateTensor> ofState(ModelSpec spec) {
        List<StateTensor> tensors = new ArrayList<>();
        for (StateField field : ModelState.FIELDS) {
            if (field.isIn(spec)) {
                add(tensors, field, spec);
            }
        }
        return tensors;
    }

    private static void add(List<StateTensor> to, StateField field, ModelSpec spec) {
        if (field instanceof StateField.Layers layers) {
            String prefix = (field.path() + ".").replaceFirst("(^|\\.)layers\\.$", "$1");
            addLayers(to, prefix, spec.architecture(), layers.live());
        } else if (field instanceof StateField.Slots slots) {
            List<String> names = spec.birth().optimizer().slotNames();
            for (int s = 0; s < names.size(); s++) {
                int slot = s;
                addLayers(
                        to,
                        field.path().replaceFirst("slots$", names.get(s)) + ".",
                        spec.architecture(),
                        model -> slots.live().apply(model).get(slot));
            }
        } else if (field instanceof StateField.Whole whole && isOne(whole)) {
            to.add(new Count(whole));
        } else if (field instanceof StateField.Vector
                || field instanceof StateField.Detector
                || field instanceof StateField.Metrics) {
            to.add(new Numbers(field, field.numbers(spec)));
        }
    }

    private static void addLayers(
            List<StateTensor> to, String prefix, Architecture architecture, Function<Model, Parameters> live) {
        for (int l = 0; l < architecture.depth(); l++) {
            int layer = l;
            long in = architecture.sizes().get(l);
            long out = architecture.sizes().get(l + 1);
            // An activation stands between two layers.
            String name = prefix + 2 * l;
            Function<Model, Layer> of = model -> live.apply(model).layer(layer);
            to.add(new Weights(name + ".weight", out, in, of));
            to.add(new Biases(name + ".bias", out, of));
        }
    }

    private static final class Weights extends StateTensor {
        private final Function<Model, Layer> live;

        Weights(String name, long out, long in, Function<Model, Layer> live) {
            super(name, out, in);
            this.live = live;
        }

        @Override
        double[] of(Model model) {
            double[][] rows = live.apply(model).weights().getDataRef();
            double[] transposed = new double[rows.length * rows[0].length];
            for (int i = 0; i < rows.length; i++) {
                for (int j = 0; j < rows[i].length; j++) {
                    transposed[j * rows.length + i] = rows[i][j];
                }
            }
            return transposed;
        }

        @Override
        void set(Model model, double[] numbers) {
            double[][] rows = live.apply(model).weights().getDataRef();
            for (int i = 0; i < rows.length; i++) {
                for (int j = 0; j < rows[i].length; j++) {
                    rows[i][j] = numbers[j * rows.length + i];
                }
            }
        }
    }

    private static final class Biases extends StateTensor {
        private final Function<Model, Layer> live;

        Biases(String name, long out, Function<Model, Layer> live) {
            super(name, out);
            this.live = live;
        }

        @Override
        double[] of(Model model) {
            return live.apply(model).biases().toArray();
        }

        @Override
        void set(Model model, double[] numbers) {
            System.arraycopy(numbers, 0, live.apply(model).biases().getDataRef(), 0, numbers.length);
        }
    }

    /** A whole number, as a tensor without dimensions. */
    private static final class Count extends StateTensor {
        /** Up to it every whole number is a double. */
        private static final double MOST = 0x1p53;

        private final StateField.Whole field;

        Count(StateField.Whole field) {
            super(field.path());
            this.field = field;
        }

        @Override
        double[] of(Model model) {
            return new double[] {(double) field.get(model)};
        }

        @Override
        void set(Model model, double[] numbers) {
            double number = numbers[0];
            if (!(number >= field.least() && number <= MOST) || number != (long) number) {
                throw new IllegalArgumentException(
                        name() + " must be a whole number of at least " + field.least() + "; got " + number);
            }
            field.set(model, (long) number);
        }
    }

    /** Numbers in a row; of the metrics there are fewer as long as their window is not full, and of a detector too. */
    private static final class Numbers extends StateTensor {
        private final StateField field;

        Numbers(StateField field, long most) {
            super(field.path(), most);
            this.field = field;
        }

        @Override
        List<Long> shapeOf(double[] numbers) {
            return List.of((long) numbers.length);
        }

        @Override
        boolean hasShape(List<Long> other) {
            boolean mayBeFewer = field instanceof StateField.Metrics || field instanceof StateField.Detector;
            return mayBeFewer ? other.size() == 1 && other.get(0) <= shape().get(0) : super.hasShape(other);
        }

        @Override
        double[] of(Model model) {
            DoubleStream.Builder numbers = DoubleStream.builder();
            field.forEach(model, numbers);
            return numbers.build().toArray();
        }

        @Override
        void set(Model model, double[] numbers) {
            PrimitiveIterator.OfDouble iterator = DoubleStream.of(numbers).iterator();
            try {
                field.fill(model, iterator::nextDouble);
            } catch (NoSuchElementException e) {
                throw new IllegalArgumentException(name() + " must have more numbers; got " + numbers.length, e);
            }
            if (iterator.hasNext()) {
                throw new IllegalArgumentException(name() + " must have fewer numbers; got " + numbers.length);
            }
        }
    }
}
