/* NumPy's functions of arrays of objects, replaced where an element is a Value. NumPy asks an array for
   __array_ufunc__, but not its elements. Its loop over objects compares two elements and keeps one of them, which
   records nothing. NumPy's C interface lets other libraries replace the loop of a function for one type of elements:
   PyUFunc_ReplaceLoopBySignature, https://numpy.org/doc/stable/reference/c-api/ufunc.html. The new loop leaves all
   elements that are no Values to NumPy's. */

#ifndef DELTAGRAD_ARRAY_LOOPS_H
#define DELTAGRAD_ARRAY_LOOPS_H

#include <Python.h>

/* PyUFuncGenericFunction: the operands and the result, the number of elements, and the distances in bytes. npy_intp is
   as wide as Py_ssize_t. */
typedef void (*array_loop)(char **, const Py_ssize_t *, const Py_ssize_t *, void *);
typedef int (*array_replace)(PyObject *, array_loop, const int *, array_loop *);

enum {
    ARRAY_LOOPS = 8,     /* functions that can be replaced */
    ARRAY_OPERANDS = 3,  /* the most operands of a function */
    ARRAY_OBJECT = 17,   /* NPY_OBJECT, the number of the type of objects */
    ARRAY_REPLACE = 30   /* the place of PyUFunc_ReplaceLoopBySignature in NumPy's table of functions */
};

static struct {
    PyObject *ufunc, *ours; /* NumPy's function, and the function of elements that include a Value */
    array_loop theirs;
    int operands;
} array_loops[ARRAY_LOOPS];
static PyTypeObject *array_value;

/* Return 1 if an operand of element i is a Value. NumPy stores None as NULL in a new array. */
static int array_has_value(char **at, const Py_ssize_t *steps, int operands, Py_ssize_t i) {
    for (int k = 0; k < operands; k++) {
        PyObject *x = *(PyObject **)(at[k] + i * steps[k]);
        if (x != NULL && PyObject_TypeCheck(x, array_value)) return 1;
    }
    return 0;
}

/* Compute n elements. If an error is set, the rest stays as it is, as in NumPy's own loops. */
static void array_run(int which, char **at, const Py_ssize_t *dimensions, const Py_ssize_t *steps, void *data) {
    int operands = array_loops[which].operands;
    Py_ssize_t n = dimensions[0], i = 0;
    while (i < n) {
        char *here[ARRAY_OPERANDS + 1];
        Py_ssize_t end = i;
        while (end < n && !array_has_value(at, steps, operands, end)) end++;
        if (end > i) {
            Py_ssize_t length = end - i;
            for (int k = 0; k <= operands; k++) here[k] = at[k] + i * steps[k];
            array_loops[which].theirs(here, &length, steps, data);
            if (PyErr_Occurred()) return;
            i = end;
        }
        else {
            PyObject *x[ARRAY_OPERANDS] = {NULL}, *result, **out, *old;
            for (int k = 0; k < operands; k++) {
                x[k] = *(PyObject **)(at[k] + i * steps[k]);
                if (x[k] == NULL) x[k] = Py_None;
                Py_INCREF(x[k]); /* the called function may change the array */
            }
            result = PyObject_CallFunctionObjArgs(array_loops[which].ours, x[0], x[1], x[2], NULL);
            for (int k = 0; k < operands; k++) Py_DECREF(x[k]);
            if (result == NULL) return;
            out = (PyObject **)(at[operands] + i * steps[operands]);
            old = *out;
            *out = result;
            Py_XDECREF(old);
            i++;
        }
    }
}

/* A loop has no argument that could say which function it belongs to, so each function has a loop of its own. */
#define ARRAY_LOOP(k) \
    static void array_loop_##k(char **at, const Py_ssize_t *n, const Py_ssize_t *steps, void *data) { \
        array_run(k, at, n, steps, data); \
    }
ARRAY_LOOP(0)
ARRAY_LOOP(1)
ARRAY_LOOP(2)
ARRAY_LOOP(3)
ARRAY_LOOP(4)
ARRAY_LOOP(5)
ARRAY_LOOP(6)
ARRAY_LOOP(7)

/* Replace the loop over objects of a function of NumPy. Return 1, or 0 if it has no such loop, or -1 with an error.
   After a first call for a function, another call only sets the type and the function. */
static int array_loops_replace(PyObject *table, PyObject *ufunc, int operands, PyObject *type, PyObject *ours) {
    static const array_loop loops[ARRAY_LOOPS] = {array_loop_0, array_loop_1, array_loop_2, array_loop_3,
                                                  array_loop_4, array_loop_5, array_loop_6, array_loop_7};
    static const int objects[ARRAY_OPERANDS + 1] = {ARRAY_OBJECT, ARRAY_OBJECT, ARRAY_OBJECT, ARRAY_OBJECT};
    PyTypeObject *before = array_value;
    void **interface;
    int k = 0;
    while (k < ARRAY_LOOPS && array_loops[k].ufunc != NULL && array_loops[k].ufunc != ufunc) k++;
    if (k == ARRAY_LOOPS || operands < 1 || operands > ARRAY_OPERANDS || !PyType_Check(type)) {
        PyErr_SetString(PyExc_ValueError, "too many functions, a wrong number of operands, or no type");
        return -1;
    }
    Py_INCREF(type);
    array_value = (PyTypeObject *)type;
    Py_XDECREF(before);
    if (array_loops[k].ufunc == NULL) {
        interface = (void **)PyCapsule_GetPointer(table, NULL);
        if (interface == NULL) return -1;
        if (((array_replace)interface[ARRAY_REPLACE])(ufunc, loops[k], objects, &array_loops[k].theirs) != 0) return 0;
        Py_INCREF(ufunc);
        array_loops[k].ufunc = ufunc;
        array_loops[k].operands = operands;
    }
    Py_INCREF(ours);
    Py_XSETREF(array_loops[k].ours, ours);
    return 1;
}

#endif
