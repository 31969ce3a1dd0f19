package dev.ashlar.bench.kernel;

/** What a process did before its kernels are measured. */
public enum History {
    /** Nothing. */
    FRESH {
        @Override
        void happen() {}
    },
    /**
     * Every operation by every implementation of ours on every kind of memory, often enough to be compiled. Compiled
     * code that has seen many kinds of arguments can be much slower than code that has seen one.
     */
    USED {
        @Override
        void happen() {
            Use.everything();
        }
    };

    abstract void happen();
}
