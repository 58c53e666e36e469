package io.dropwatch.bpf;

/**
 * A place in the kernel's code.
 *
 * @param name the function's name
 * @param offset bytes from the function's beginning
 * @param module the module's name, {@code bpf} for eBPF programs, empty for the kernel itself
 */
public record KernelSymbol(String name, long offset, String module) {}
