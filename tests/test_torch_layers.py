"""The PyTorch listing: its weights always, and its run wherever torch is installed.

PyTorch is no requirement of the book (it is larger than all the others together), so there
are two checks. `by_reading` needs no torch: it takes the three weights out of the listing's
source and evaluates them in NumPy. `by_running` is among the checks where torch can be
imported. Which of them ran can be read off the names of the tests.
"""

import ast
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris

from nnlib import ThreeLayerNet

LISTING = (
    Path(__file__).resolve().parent.parent / "nnlib" / "practice" / "torch_layers.py"
).read_text(encoding="utf-8")
IRIS = load_iris()
SMALL = (np.array([[1.0, 1.0], [4.0, 2.0], [2.0, 5.0]]), np.array([0, 1, 1]), np.eye(2) + 1)
TIES = (np.array([[1.0, 1.0], [4.0, 2.0], [1.0, 1.0]]), np.array([0, 1, 2]), np.array([[3.0, 0]]))
FLOWERS = (IRIS.data[0::2], IRIS.target[0::2], IRIS.data[1::2])


def weights_by_reading(source, T, Y, temperature):
    """Return {"layer1.weight": …}: what the listing copies into its layers, in NumPy."""
    tree = ast.parse(source)
    (function,) = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    names = {"T": T, "Y": Y, "temperature": temperature}
    found = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "tau":
            names["tau"] = eval(ast.unparse(node.value), {}, names)
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".copy_"):
            target = ast.unparse(node.func).removesuffix(".copy_")
            found[target] = eval(ast.unparse(node.args[0]), {}, names)
    return found


def layers_by_reading(source, n, d, c):
    """Return {"layer1": (in, out, bias), …} for the `nn.Linear` layers."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
            continue
        call = node.value
        if ast.unparse(call.func) == "nn.Linear":
            shape = [{"n": n, "d": d, "c": c}[argument.id] for argument in call.args]
            bias = {word.arg: ast.unparse(word.value) for word in call.keywords}.get("bias", "True")
            found[ast.unparse(node.targets[0])] = (*shape, bias == "True")
    return found


def by_reading(source, T, y, X, temperature):
    net = ThreeLayerNet.from_data(T, y, temperature=temperature)
    n, c = net.W3.shape
    weights = weights_by_reading(source, T, net.W3, temperature)
    tau = temperature or 1.0
    assert set(weights) == {"layer1.weight", "layer1.bias", "layer3.weight"}
    np.testing.assert_allclose(weights["layer1.weight"] * tau, net.W1, rtol=1e-14)
    np.testing.assert_allclose(weights["layer1.bias"] * tau, net.b1, rtol=1e-14)
    np.testing.assert_array_equal(weights["layer3.weight"].T, net.W3)
    # nn.Linear(a, b) holds a weight of shape (b, a), and a bias of shape (b,) unless told not to.
    layers = layers_by_reading(source, n, T.shape[1], c)
    assert set(layers) == {"layer1", "layer3"}
    for name, (inputs, outputs, bias) in layers.items():
        assert weights[f"{name}.weight"].shape == (outputs, inputs)
        assert (f"{name}.bias" in weights) == bias
    assert "nn.Sequential(layer1, layer2, layer3)" in source
    # And those weights, used as the layers use them, are the network.
    s = X @ weights["layer1.weight"].T + weights["layer1.bias"]
    e = np.exp(s - s.max(axis=1, keepdims=True)) if temperature else None
    w = np.eye(n)[s.argmax(axis=1)] if e is None else e / e.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(w @ weights["layer3.weight"].T, net.forward(X), atol=1e-12)


def by_running(source, T, y, X, temperature):
    import torch

    net = ThreeLayerNet.from_data(T, y, temperature=temperature)
    names = {"__name__": "listing"}
    exec(compile(source, "torch_layers.py", "exec"), names)
    model = names["three_layers"](torch.tensor(T), torch.tensor(net.W3), temperature)
    assert [type(layer).__name__ for layer in model] == [
        "Linear",
        "Softmax" if temperature else "FirstMaximum",
        "Linear",
    ]
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert sum(p.numel() for p in model.parameters()) == net.W1.size + net.b1.size + net.W3.size
    output = model(torch.tensor(X)).numpy()
    np.testing.assert_allclose(output, net.forward(X), atol=1e-12)
    np.testing.assert_array_equal(net.classes[output.argmax(axis=1)], net.predict(X))


HERE = importlib.util.find_spec("torch") is not None
CHECKS = [by_reading, by_running] if HERE else [by_reading]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("temperature", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("data", [SMALL, TIES, FLOWERS], ids=["small", "ties", "iris"])
def test_the_listing_is_the_three_layers(check, temperature, data):
    T, y, X = data
    check(LISTING, T, y, X, temperature)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("copy_(2 * T / tau)", "copy_(T / tau)"),
        ("-(T * T).sum(1)", "(T * T).sum(1)"),
        ("copy_(Y.T)", "copy_(1 - Y.T)"),
        ("nn.Linear(d, n, dtype", "nn.Linear(n, d, dtype"),
    ],
)
def test_each_check_sees_a_wrong_listing(check, right, wrong):
    assert right in LISTING
    with pytest.raises((AssertionError, RuntimeError)):
        check(LISTING.replace(right, wrong), *FLOWERS, 0.5)


def test_nnlib_does_not_import_torch():
    import subprocess
    import sys

    code = "import sys, nnlib, nnlib.practice; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
