/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The current task. It is often not the task that the packet belongs to.
 */
#ifndef DROPWATCH_TASK_H
#define DROPWATCH_TASK_H

#include "capture.h"

static __always_inline __u64 task_cgroup(struct task_struct *task, const enum access access)
{
	struct kernfs_node *node = NULL;

	if (!bpf_core_field_exists(task->cgroups) || !bpf_core_field_exists(task->cgroups->dfl_cgrp) ||
	    !bpf_core_field_exists(node->id))
		return bpf_get_current_cgroup_id();
	return task->cgroups->dfl_cgrp->kn->id;
}

/* With CAST one helper call instead of three: a call costs more than all the loads. */
static __always_inline void describe_task(struct drop_record *r, const enum access access)
{
	struct task_struct *task;

	if (access != CAST) {
		r->pid_tgid = bpf_get_current_pid_tgid();
		bpf_get_current_comm(r->comm, sizeof(r->comm));
		r->task_cgroup = bpf_get_current_cgroup_id();
		return;
	}
	task = untrusted(bpf_get_current_task_btf(), struct task_struct);
	r->pid_tgid = (__u64)task->tgid << 32 | (__u32)task->pid;
	copy_words((__u64 *)r->comm, (unsigned char *)&task->comm, sizeof(r->comm) / WORD);
	r->task_cgroup = task_cgroup(task, access);
}

#endif
