/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Calls of C functions with the memory that they need, which close gives back, and their errno.
///
/// All calls have one shape: up to six arguments, each an integer or an address as a `long`. The calling
/// conventions of x86-64 (System V) and arm64 (AAPCS64) pass both in the same six registers, a narrower
/// integer in the lower half of one. The JVM writes code for every shape when it is first met; with a shape
/// for each function that was a tenth of a small build. Not thread-safe.
final class NativeCall implements AutoCloseable {
    private static final int MOST_ARGUMENTS = 6;
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle CALL = shape();

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment state = arena.allocate(STATE);

    @SuppressWarnings("restricted")
    private static MethodHandle shape() {
        MemoryLayout[] arguments = new MemoryLayout[MOST_ARGUMENTS];
        Arrays.fill(arguments, JAVA_LONG);
        return Linker.nativeLinker()
                .downcallHandle(FunctionDescriptor.of(JAVA_LONG, arguments), Linker.Option.captureCallState("errno"));
    }

    /// Zeroed memory.
    MemorySegment memory(long bytes) {
        return arena.allocate(bytes, Long.BYTES);
    }

    /// The address of `text` in UTF-8, ended by a zero byte.
    long text(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The address of a copy of `text`, ended by a zero byte.
    ///
    /// @throws IllegalArgumentException when one is in it: the function would see another name
    long text(byte[] text) {
        for (byte each : text) {
            if (each == 0) {
                throw new IllegalArgumentException("a zero byte in a name");
            }
        }
        MemorySegment copy = memory(text.length + 1L);
        MemorySegment.copy(text, 0, copy, ValueLayout.JAVA_BYTE, 0, text.length);
        return copy.address();
    }

    /// Calls a function that returns a 64-bit integer.
    long toLong(MemorySegment function, long... arguments) {
        long[] all = Arrays.copyOf(arguments, MOST_ARGUMENTS);
        try {
            return (long) CALL.invokeExact(function, state, all[0], all[1], all[2], all[3], all[4], all[5]);
        } catch (Throwable e) {
            throw new AssertionError("a foreign call cannot throw", e);
        }
    }

    /// Calls a function that returns an `int`: the upper half of its register means nothing.
    int toInt(MemorySegment function, long... arguments) {
        return (int) toLong(function, arguments);
    }

    /// What the last call left in errno.
    int errno() {
        return (int) ERRNO.get(state, 0L);
    }

    /// The last call's failure.
    ///
    /// @param shown the path that the message names
    ErrnoException failure(String operation, String shown) {
        return new ErrnoException(operation, shown, errno());
    }

    @Override
    public void close() {
        arena.close();
    }
}
