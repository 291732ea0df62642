/* Memory for the nodes of a graph, in slabs that are filled from the lowest address up.

   A recorded graph consists of millions of small objects. In every training step, they are made in one order, swept in
   the reverse order, and freed together. With a general allocator, their addresses become more random with every step,
   and most of the time is lost in cache misses. Here, nodes that are made one after the other lie one after the other
   in memory, in every step.

   A slab has 16 KiB and is aligned to its size, so that the slab of a node can be computed from the node's address. All
   of this code runs under the GIL. Of the free slabs, SLAB_IDLE are kept, and all others go back to the system. */

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
    struct slab *next, *previous; /* in the ring of slabs with free slots */
    char *freed;                  /* freed slots, linked through their first word; NULL in an empty slab */
    uint32_t used, fresh;         /* the slots in use; the first slot that was not used since the slab was empty */
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
    s->freed = NULL; /* the slab is empty: fill it from the lowest address again */
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

/* The attributes that the user sets on an instance. The dict is in the field after __weakref__, and is NULL until the
   first attribute is set. Cython would make a dict for every instance. */
static PyObject **slab_dict(PyObject *instance) {
    return (PyObject **)((char *)instance + Py_TYPE(instance)->tp_dictoffset);
}

/* Return the dict, or None if there is none. (Python's own function would make one.) */
static PyObject *instance_dict(PyObject *instance) {
    PyObject *dict = *slab_dict(instance);
    return Py_NewRef(dict == NULL ? Py_None : dict);
}

static void drop_dict(PyObject *instance) { Py_CLEAR(*slab_dict(instance)); }

static PyGetSetDef slab_dict_attribute = {
    "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, "its own attributes", NULL,
};

/* Set an attribute of a type that is immutable for Python. Return -1 with an exception if this fails. */
static int kind_attribute(PyTypeObject *type, PyObject *name, PyObject *value) {
    int failed = PyDict_SetItem(type->tp_dict, name, value);
    PyType_Modified(type);
    return failed;
}

/* Answer len(value), value[0], x in value and iteration over a value with advice. The type has no __len__, __getitem__
   and __iter__, so a Value stays one element of an array, and is neither Sized nor Iterable. */
static Py_ssize_t refuse_length(PyObject *self) {
    (void)self;
    PyErr_SetString(PyExc_TypeError,
                    "a Value is one number and has no len(): a model with one output returns a Value, not a list.");
    return -1;
}

static PyObject *refuse_iteration(PyObject *self) {
    (void)self;
    PyErr_SetString(PyExc_TypeError,
                    "a Value is one number and not iterable: a model with one output returns a Value, not a list.");
    return NULL;
}

static PyObject *refuse_item(PyObject *self, PyObject *key) {
    (void)self;
    (void)key;
    PyErr_SetString(PyExc_TypeError,
                    "a Value is one number and has no items: a model with one output returns a Value, not a list.");
    return NULL;
}

static int refuse_setting(PyObject *self, PyObject *key, PyObject *item) {
    (void)item;
    refuse_item(self, key);
    return -1;
}

static int refuse_search(PyObject *self, PyObject *item) {
    refuse_item(self, item);
    return -1;
}

static PySequenceMethods refused_sequence = {.sq_length = refuse_length, .sq_contains = refuse_search};
static PyMappingMethods refused_mapping = {.mp_subscript = refuse_item, .mp_ass_subscript = refuse_setting};

static void refuse_sequences(PyTypeObject *type) {
    type->tp_as_sequence = &refused_sequence;
    type->tp_as_mapping = &refused_mapping;
    type->tp_iter = refuse_iteration;
    PyType_Modified(type);
}

/* Allocate all instances of this type in slabs from now on. Call this once, before the first instance is made. The type
   also becomes an instance of `kind`, a class that derives from `type` and decides about subclasses and attributes. */
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
