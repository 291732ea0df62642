"""Names of other libraries on a Value raise an error that says what to write instead, or mean the same."""

import importlib
import pydoc
import re
from collections.abc import Container, Iterable, Sequence, Sized

import numpy as np
import pytest

import autograd
from autograd import Value, grad, hessian, jacobian, value_and_grad
from autograd.engine.absent import ABSENT, FIXED

# Users of PyTorch, NumPy, JAX, TensorFlow and other engines write the first. The error says to write the second.
WRITTEN = {
    "v.item()": ".data", "v.numpy()": ".data", "v.detach().numpy()": ".data", "v.tolist()": ".data",
    "v.value": ".data", "v.val": ".data", "v.shape": "keep Values in a list", "v.ndim": "without axes",
    "v.size": "without axes", "v.T": "without axes", "v.view(-1)": "without axes", "v.reshape(1, 1)": "without axes",
    "v.unsqueeze(0)": "without axes", "v.at[0]": "without axes", "v.dtype": "a Python float",
    "v.astype(float)": "a Python float", "v.cpu()": "leave this out", "v.cuda()": "leave this out",
    "v.to('cpu')": "leave this out", "v.device": "leave this out", "v.clone()": "x.detach()", "v.copy()": "x.detach()",
    "v.zero_grad()": "x.grad = 0.0", "v.zero_()": "set .data", "v.add_(1.0)": "set .data",
    "v.requires_grad": "with no_grad()", "v.requires_grad_()": "every Value has a gradient",
    "v.retain_grad()": "leave this out", "v.register_hook(print)": "steps(loss)", "v.grad_fn": ".op",
    "v.is_leaf": "x.op is None", "v.gradient": ".grad", "v.derivative": ".grad", "v.backprop()": ".backward()",
    "v.backwards()": ".backward()", "v.forward()": "replay", "v.sum()": "autograd.total", "v.mean()": "autograd.mean",
    "v.max()": "autograd.maximum", "v.square()": "x ** 2", "v.pow(2)": "x ** 2", "v.mul(v)": "x * y",
    "v.draw()": "autograd.draw", "v.plot()": "autograd.draw", "v.dot(v)": "autograd.dot", "v.prod()": "autograd.prod",
    "v.argmax()": "without axes", "v.detach_()": "x.detach()", "v.int()": ".data", "v.is_cuda": "leave this out",
    "v.matmul(v)": "autograd.dot", "v.name": ".label", "v.children": ".operands",
}  # fmt: skip
REFUSED = {
    "v ^ 2": "write x ** 2", "v @ v": "write x * y", "Value(1.0, requires_grad=True)": "write Value",
    "v.backward(retain_graph=True)": "leave it out", "v.backward(create_graph=True)": "hessian",
    "v.backward(gradient=2.0)": "write seed=2.0", "v.backward(inputs=[v])": "write grad",
    "softmax([v, v], dim=0)": "without axes: leave this out", "log_softmax([v], axis=0)": "leave this out",
    "logsumexp([v], keepdim=True)": "leave this out", "mean([v, v], axis=0)": "leave this out",
    "norm([v], ord=1)": "write norm(values, p=1)", "softmax([v], nothing=1)": "unexpected keyword argument 'nothing'$",
    "v.backward(nothing=1)": "unexpected keyword argument 'nothing'$",
    "Value(1.0, dtype=float)": "its number is a Python float", "Value(1.0, device='cpu')": "leave this out",
    "Value(1.0, name='w')": "write label=", "Value(1.0, trainable=True)": "every Value has a gradient",
    "Value([1.0, 2.0])": "found list [1.0, 2.0]: write [Value(x) for x in numbers] for several",
    "Value((1.0,))": "write [Value(x) for x in numbers]", "Value({'a': 1.0})": "write [Value(x) for x in numbers]",
    "Value(1j)": "a Value is a real number", "Value('1')": "found str '1': convert it to float first",
    "v + [1]": "for +: 'Value' and 'list': compute with each number, [x + y for y in numbers], or with a NumPy array",
    "[1] + v": "for +: 'list' and 'Value': compute with each", "v - (1, 2)": "for -: 'Value' and 'tuple': compute",
    "(1, 2) - v": "for -: 'tuple' and 'Value': compute", "v * [1, 2]": "for *: 'Value' and 'list': compute",
    "[1, 2] * v": "for *: 'list' and 'Value': compute", "'ab' * v": "for *: 'str' and 'Value': convert it by float",
    "'loss: ' + v": "or write f'{x.data}' for a text", "v + 'a'": "convert it by float(...)",
    "v / {'a': 1}": "for /: 'Value' and 'dict': compute", "v ** [2]": "for **: 'Value' and 'list': compute",
    "[2] ** v": "for **: 'list' and 'Value': compute", "v % (2,)": "for %: 'Value' and 'tuple': compute",
    "v // range(2)": "for //: 'Value' and 'range': compute", "{1} - v": "for -: 'set' and 'Value': compute",
    "v + None": "for +: 'Value' and 'NoneType': a function without a return statement returns None",
    "None * v": "for *: 'NoneType' and 'Value': a function without", "v + 1j": "'complex': a Value is a real number",
    "1j - v": "for -: 'complex' and 'Value': a Value is a real number", "v * len": "call the function: f(x)",
    "(lambda x: x) + v": "'function' and 'Value': call the function", "divmod(v, [1])": "for //: 'Value' and 'list'",
    "v < [1]": "'<' not supported between instances of 'Value' and 'list': compute with each",
    "v >= None": "'>=' not supported between instances of 'Value' and 'NoneType': a function without",
    "[1] <= v": "'>=' not supported between instances of 'Value' and 'list'", "v > '1'": "convert it by float(...)",
}  # fmt: skip
OF_THE_PACKAGE = {
    "Tensor": "write Value", "tensor": "write Value", "Variable": "write Value", "MLP": "from nn import MLP",
    "SGD": "from nn import", "fit": "from nn import", "nn": "import nn", "numpy": "import numpy as np",
    "zeros": "Value",
    "jit": "compile", "vmap": "compile", "GradientTape": "backward", "backward": "loss.backward", "power": r"x \*\* 2",
    "elementwise_grad": "jacobian", "stop_gradient": "detach", "gradcheck": "check_gradients", "draw_dot": "draw",
    "manual_seed": "seed=0", "enable_grad": "no_grad",
}  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_attributes_that_are_absent(written):
    name = re.match(r"(?:v\.detach\(\)|v)\.(\w+)", written).group(1)
    assert not hasattr(Value(1.0), name)
    with pytest.raises(
        AttributeError, match=f"'Value' object has no attribute '{name}': .*{re.escape(WRITTEN[written])}"
    ):
        eval(written, {"v": Value(1.0)})


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_written_in_other_libraries_is_refused_with_advice(written):
    v = Value(1.0)
    with pytest.raises(TypeError, match=re.escape(REFUSED[written]).replace(r"\$", "$")):
        eval(written, {"v": v, **vars(autograd)})
    assert v.grad == 0.0


@pytest.mark.parametrize("name", OF_THE_PACKAGE)
def test_names_that_the_package_does_not_have(name):
    assert not hasattr(autograd, name)
    with pytest.raises(AttributeError, match=f"has no attribute {name!r}: .*{OF_THE_PACKAGE[name]}"):
        getattr(autograd, name)


def test_a_name_that_no_library_has_is_answered_in_pythons_words():
    with pytest.raises(AttributeError, match=r"has no attribute 'nothing'$"):
        autograd.nothing  # noqa: B018 - the look-up is what is tested
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        Value(1.0).nothing  # noqa: B018 - the look-up is what is tested


@pytest.mark.parametrize("name", ["autograd.numpy", "autograd.scipy"])
def test_the_numpy_of_another_package_of_this_name(name):
    with pytest.raises(ModuleNotFoundError, match=r"HIPS autograd.*import numpy as np"):
        importlib.import_module(name)


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
def test_a_value_in_the_place_of_a_function(transform):
    with pytest.raises(TypeError, match=r"takes a function, found Value: write loss.backward\(\)"):
        transform(Value(1.0))


def test_absent_names_are_not_listed_and_can_be_taken():
    v = Value(1.0)
    v.shape, v.own = (), 1
    assert (v.shape, Value(1.0).__dir__().count("shape")) == ((), 0)
    assert {"own", "shape", "data", "backward", "tanh"} <= set(dir(v))
    assert not (set(ABSENT) | set(FIXED)) & (set(dir(Value)) | set(dir(Value(1.0))))
    assert "unsqueeze" not in pydoc.render_doc(Value)
    assert not hasattr(Value, "unsqueeze")


def test_what_would_have_no_effect_cannot_be_set():
    v = Value(1.0)
    with pytest.raises(AttributeError, match=r"every Value has a gradient. Give an optimizer only the parameters"):
        v.requires_grad = False
    assert autograd.engine.value.attributes(v) is None


@pytest.mark.parametrize("written", ["len(v)", "list(v)", "[x for x in v]", "sum(v)"])
def test_a_value_is_no_list(written):
    """Interpreted, a Value would have to be iterable to say more than Python does."""
    words = "a model with one output returns a Value, not a list" if autograd.compiled else r"has no len\(\)|iterable"
    with pytest.raises(TypeError, match=words):
        eval(written, {"v": Value(1.0)})


@pytest.mark.parametrize(
    "written", ["v[0]", "v[0, 1]", "v[:]", "v['a']", "1.0 in v", "exec('v[0] = 1')", "exec('del v[0]')"]
)
def test_a_value_has_no_items(written):
    """Interpreted, a Value would have to be a sequence to say more than Python does."""
    words = "subscriptable|iterable|item"
    if autograd.compiled:
        words = "a Value is one number and has no items: a model with one output returns a Value"
    with pytest.raises(TypeError, match=words):
        eval(written, {"v": Value(1.0)})


def test_a_value_is_one_element_to_numpy():
    v = Value(1.0)
    assert (np.array([v]).shape, np.asarray(v).shape, np.array([[v, v]]).shape) == ((1,), (), (1, 2))
    assert np.array([v]).dtype == np.asarray(v).dtype == object
    assert not any(isinstance(v, kind) for kind in (Iterable, Sized, Sequence, Container))
    assert not np.iterable(v)
    assert not {"__iter__", "__len__", "__getitem__"} & set(dir(v))
    for sum_ in (v + np.array([1.0, 2.0]), np.array([1.0, 2.0]) + v, np.add(v, [1.0, 2.0])):
        assert [x.data for x in sum_] == [2.0, 3.0]
    assert [x.data for x in np.array([v, v]) * [1.0, 2.0]] == [1.0, 2.0]
    assert list(v < np.array([0.0, 2.0])) == [False, True]


def test_data_that_is_long_is_cut_in_an_error():
    with pytest.raises(TypeError, match=r"found list \[0, 1, .{50,60}\.\.\.: write \[Value\(x\)"):
        Value(list(range(10**5)))


def test_a_method_of_ones_own_may_have_such_a_name(run_python):
    run_python("""
import autograd
from autograd import Value

@autograd.method
def square(v):
    return v * v

x = Value(3.0)
x.square().backward()
assert x.grad == 6.0 and "square" in dir(x)
""")


def test_the_adjoint_a_sweep_starts_with_is_a_cotangent_too():
    x = Value(3.0)
    (x * x).backward(cotangent=2.0)
    assert x.grad == 12.0
    with pytest.raises(TypeError, match="two names of one number"):
        (x * x).backward(2.0, cotangent=2.0)
    with pytest.raises(TypeError, match="one real number, found str"):
        (x * x).backward(cotangent="2")
    assert x.grad == 12.0
