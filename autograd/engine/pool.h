/* A few threads that share the parts of a piece of work with the calling thread.

   They exist only while a training runs. The same call opens and closes them, so they need not handle forks, and they
   are not threads of the Python interpreter. Threads take the work part by part. So a thread that has no processor at
   the moment delays nothing, because the caller takes the remaining parts. The results do not depend on the number of
   threads. Without POSIX threads, the caller does all parts. */

#ifndef DELTAGRAD_POOL_H
#define DELTAGRAD_POOL_H

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) && !defined(_WIN32)
#define POOL_THREADS 1
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#endif

enum { POOL_MAX = 8, POOL_LOOKS = 40000 }; /* threads; the looks for work before a thread sleeps, about 0.2 to 0.5 ms */

typedef void (*pool_work)(const void *what, int part);

typedef struct {
    int threads; /* without the caller */
    pool_work work;
    const void *what;
#ifdef POOL_THREADS
    uint64_t offer; /* the number of the piece of work (32 bits), its parts (16), and the parts that are taken (16) */
    int32_t done, sleeping, closing;
    pthread_t thread[POOL_MAX];
    pthread_mutex_t mutex;
    pthread_cond_t wake;
#endif
} pool;

#ifdef POOL_THREADS

static inline void pool_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static inline int pool_is_open(uint64_t offer) { return (offer & 0xffff) < (offer >> 16 & 0xffff); }

/* Take parts and do them, until all are taken. The piece of work is not finished before all taken parts are done. */
static void pool_help(pool *p) {
    uint64_t offer = __atomic_load_n(&p->offer, __ATOMIC_ACQUIRE);
    while (pool_is_open(offer)) {
        if (!__atomic_compare_exchange_n(&p->offer, &offer, offer + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) continue;
        p->work(p->what, (int)(offer & 0xffff));
        __atomic_add_fetch(&p->done, 1, __ATOMIC_RELEASE);
        offer = __atomic_load_n(&p->offer, __ATOMIC_ACQUIRE);
    }
}

static void *pool_member(void *own) {
    pool *p = own;
    int looks = 0;
    while (!__atomic_load_n(&p->closing, __ATOMIC_SEQ_CST)) {
        if (pool_is_open(__atomic_load_n(&p->offer, __ATOMIC_ACQUIRE))) {
            pool_help(p);
            looks = 0;
        } else if (++looks < POOL_LOOKS) {
            pool_pause();
        } else {
            pthread_mutex_lock(&p->mutex);
            __atomic_add_fetch(&p->sleeping, 1, __ATOMIC_SEQ_CST);
            while (!__atomic_load_n(&p->closing, __ATOMIC_SEQ_CST) && !pool_is_open(__atomic_load_n(&p->offer, __ATOMIC_SEQ_CST)))
                pthread_cond_wait(&p->wake, &p->mutex);
            __atomic_sub_fetch(&p->sleeping, 1, __ATOMIC_SEQ_CST);
            pthread_mutex_unlock(&p->mutex);
            looks = 0;
        }
    }
    return NULL;
}

#endif

/* Do the parts 0, 1, ... of a piece of work. They may run in any order and at the same time. */
static void pool_do(pool *p, pool_work work, const void *what, int parts) {
    int part;
    if (p == NULL || p->threads == 0 || parts < 2) {
        for (part = 0; part < parts; part++) work(what, part);
        return;
    }
#ifdef POOL_THREADS
    p->work = work, p->what = what;
    __atomic_store_n(&p->done, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&p->offer, ((p->offer >> 32) + 1) << 32 | (uint64_t)parts << 16, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&p->sleeping, __ATOMIC_SEQ_CST)) {
        pthread_mutex_lock(&p->mutex);
        pthread_cond_broadcast(&p->wake);
        pthread_mutex_unlock(&p->mutex);
    }
    pool_help(p);
    for (part = 0; __atomic_load_n(&p->done, __ATOMIC_ACQUIRE) < parts; part++) {
        if (part < POOL_LOOKS) pool_pause();
        else sched_yield();
    }
#endif
}

/* Start threads until there are `threads` of them, including the caller. If the system refuses, there are fewer. */
static void pool_open(pool *p, int threads) {
    memset(p, 0, sizeof *p);
#ifdef POOL_THREADS
    sigset_t all, before;
    if (threads < 2) return;
    pthread_mutex_init(&p->mutex, NULL);
    pthread_cond_init(&p->wake, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the threads of the interpreter */
    while (p->threads < threads - 1 && p->threads < POOL_MAX - 1 && pthread_create(&p->thread[p->threads], NULL, pool_member, p) == 0)
        p->threads++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (p->threads == 0) pthread_cond_destroy(&p->wake), pthread_mutex_destroy(&p->mutex);
#endif
}

static void pool_close(pool *p) {
#ifdef POOL_THREADS
    int k;
    if (p->threads == 0) return;
    pthread_mutex_lock(&p->mutex);
    __atomic_store_n(&p->closing, 1, __ATOMIC_SEQ_CST);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->mutex);
    for (k = 0; k < p->threads; k++) pthread_join(p->thread[k], NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->mutex);
    p->threads = 0;
#endif
}

#endif
