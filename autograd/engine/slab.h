/* Memory for the nodes of a graph, in slabs that are filled from the lowest address up.

   A recorded graph is millions of small objects that are made in one order, swept in the reverse of it, and freed
   together, over and over. With a general allocator their addresses get more random with every round, and the time goes
   into cache misses. Here nodes made one after the other lie one after the other, in every round.

   A slab is 16 KiB, aligned to its size, so that a node finds its slab from its own address. All of this runs under the
   GIL. What is free beyond SLAB_IDLE slabs goes back to the system. */

#ifndef DELTAGRAD_SLAB_H
#define DELTAGRAD_SLAB_H

#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef _MSC_VER
#include <malloc.h>
#endif

#define SLAB_SIZE 16384
#define SLAB_BYTES (SLAB_SIZE - 64) /* leaves room for malloc's own header, so that slabs lie side by side */
#define SLAB_HEADER 64
#define SLAB_IDLE 4096

typedef struct slab {
    struct slab *next, *previous; /* in the ring of slabs that have room */
    char *freed;                  /* slots given back, linked through their first word; NULL in a slab that was emptied */
    uint32_t used, fresh;         /* slots in use; slots from this one on were never used since the slab was empty */
} slab;

static slab slab_ring = {&slab_ring, &slab_ring, NULL, 0, 0};
static size_t slab_idle = 0;
static size_t slab_slot = 0;
static uint32_t slab_slots = 0;

static void slab_unlink(slab *s) {
    s->next->previous = s->previous;
    s->previous->next = s->next;
}

static void slab_append(slab *s) {
    s->next = &slab_ring;
    s->previous = slab_ring.previous;
    s->previous->next = s;
    slab_ring.previous = s;
}

static slab *slab_new(void) {
#ifdef _MSC_VER
    slab *s = (slab *)_aligned_malloc(SLAB_BYTES, SLAB_SIZE);
#else
    slab *s = NULL;
    if (posix_memalign((void **)&s, SLAB_SIZE, SLAB_BYTES) != 0) s = NULL;
#endif
    if (s == NULL) return NULL;
    s->freed = NULL;
    s->used = s->fresh = 0;
    slab_append(s);
    slab_idle++;
    return s;
}

static PyObject *slab_alloc(PyTypeObject *type, Py_ssize_t items) {
    slab *s = slab_ring.next;
    char *slot;
    (void)items;
    if (s == &slab_ring && (s = slab_new()) == NULL) return PyErr_NoMemory();
    if (s->freed != NULL) {
        slot = s->freed;
        s->freed = *(char **)slot;
    } else {
        slot = (char *)s + SLAB_HEADER + slab_slot * s->fresh++;
    }
    if (s->used++ == 0) slab_idle--;
    if (s->used == slab_slots) slab_unlink(s);
    memset(slot, 0, slab_slot);
    return PyObject_Init((PyObject *)slot, type);
}

static void slab_free(void *slot) {
    slab *s = (slab *)((uintptr_t)slot & ~(uintptr_t)(SLAB_SIZE - 1));
    if (s->used-- == slab_slots) slab_append(s);
    if (s->used != 0) {
        *(char **)slot = s->freed;
        s->freed = (char *)slot;
        return;
    }
    s->freed = NULL; /* empty: fill it from the bottom again */
    s->fresh = 0;
    if (++slab_idle > SLAB_IDLE) {
        slab_idle--;
        slab_unlink(s);
#ifdef _MSC_VER
        _aligned_free(s);
#else
        free(s);
#endif
    }
}

/* An instance's own attributes. The dict lies in the field after __weakref__ and is NULL until the first one is set;
   Cython's own __dict__ would be made with every instance. */
static PyObject **slab_dict(PyObject *instance) {
    return (PyObject **)((char *)instance + Py_TYPE(instance)->tp_dictoffset);
}

/* The dict, or None where there is none: asking Python for it would make one. */
static PyObject *instance_dict(PyObject *instance) {
    PyObject *dict = *slab_dict(instance);
    return Py_NewRef(dict == NULL ? Py_None : dict);
}

static void drop_dict(PyObject *instance) { Py_CLEAR(*slab_dict(instance)); }

static PyGetSetDef slab_dict_attribute = {
    "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, "its own attributes", NULL,
};

/* Set an attribute of a type that Python holds to be immutable; -1 with an exception if it fails. */
static int kind_attribute(PyTypeObject *type, PyObject *name, PyObject *value) {
    int failed = PyDict_SetItem(type->tp_dict, name, value);
    PyType_Modified(type);
    return failed;
}

/* From now on, instances of this type live in slabs. Call it once, before the first instance. The type becomes an
   instance of `kind`, a class that derives from `type`, which decides about subclasses and new attributes. */
static int slab_serve(PyTypeObject *type, PyTypeObject *kind) {
    PyObject *descriptor = PyDescr_NewGetSet(type, &slab_dict_attribute);
    int failed = descriptor == NULL ? -1 : PyDict_SetItemString(type->tp_dict, "__dict__", descriptor);
    Py_XDECREF(descriptor);
    slab_slot = (size_t)type->tp_basicsize;
    slab_slots = (uint32_t)((SLAB_BYTES - SLAB_HEADER) / slab_slot);
    type->tp_alloc = slab_alloc;
    type->tp_free = slab_free;
    Py_INCREF(kind);
    Py_SET_TYPE(type, kind);
    type->tp_dictoffset = type->tp_weaklistoffset + (Py_ssize_t)sizeof(PyObject *);
    PyType_Modified(type);
    return failed;
}

#endif
