/**
 * Looks up the owners of packets while records are decoded. Input: the kernel's numbers (socket
 * inode, cgroup id, network namespace). Output: this machine's processes, cgroups, namespaces and
 * containers by name, from /proc and /sys/fs/cgroup.
 */
@NullMarked
package io.dropwatch.internal.owner;

import org.jspecify.annotations.NullMarked;
