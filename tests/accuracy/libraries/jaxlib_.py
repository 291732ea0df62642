"""The adapter of JAX, in float64; see ``library``."""

import jax
from jax import nn
from jax import numpy as jnp
from jax.scipy import special, stats
from library import run

jax.config.update("jax_enable_x64", True)

FUNCTIONS = {
    "neg": jnp.negative, "sign": jnp.sign, "relu": nn.relu, "abs": jnp.abs, "exp": jnp.exp, "expm1": jnp.expm1,
    "log": jnp.log, "log1p": jnp.log1p, "sqrt": jnp.sqrt, "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan,
    "asin": jnp.arcsin, "acos": jnp.arccos, "atan": jnp.arctan, "sinh": jnp.sinh, "cosh": jnp.cosh, "tanh": jnp.tanh,
    "asinh": jnp.arcsinh, "acosh": jnp.arccosh, "atanh": jnp.arctanh, "erf": special.erf, "normal_pdf": stats.norm.pdf,
    "normal_cdf": stats.norm.cdf, "logistic_pdf": stats.logistic.pdf, "sigmoid": nn.sigmoid, "softplus": nn.softplus,
    "logsigmoid": nn.log_sigmoid, "silu": nn.silu, "gelu": lambda x: nn.gelu(x, approximate=False),
}  # fmt: skip


def derivatives(f, xs):
    """Return the four orders at every point, each order as one batch."""
    x, first = jnp.array(xs), jax.grad(f)
    ways = [f, first, jax.grad(first), lambda z: jax.jvp(first, (z,), (1.0,))[1]]
    return [jax.vmap(way)(x).tolist() for way in ways]


if __name__ == "__main__":
    run(FUNCTIONS, derivatives)
