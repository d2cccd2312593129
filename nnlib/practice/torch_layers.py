"""The three layers as literal `torch.nn` layers: a listing for readers who use PyTorch.

nnlib does not depend on PyTorch and imports this file nowhere. Its test evaluates the weights
below in NumPy, and runs all of it wherever torch is installed.
"""
# mypy: disable-error-code="import-not-found, misc, no-any-return"

import torch
from torch import Tensor, nn


class FirstMaximum(nn.Module):
    """The hard readout: 1 at the first largest score of each row, 0 elsewhere."""

    def forward(self, s: Tensor) -> Tensor:
        """Return the one-hot rows, shape of `s`."""
        return nn.functional.one_hot(s.argmax(dim=1), s.shape[1]).to(s.dtype)


def three_layers(T: Tensor, Y: Tensor, temperature: float = 0.0) -> nn.Sequential:
    """Return the network of templates `T` (n, d) and one-hot labels or targets `Y` (n, c)."""
    (n, d), c = T.shape, Y.shape[1]
    layer1 = nn.Linear(d, n, dtype=T.dtype)  # holds W1 as (n, d)
    layer2 = nn.Softmax(dim=1) if temperature else FirstMaximum()
    layer3 = nn.Linear(n, c, bias=False, dtype=T.dtype)  # holds the transpose of W3
    tau = temperature or 1.0  # Softmax has no temperature: layer 1 divides by it
    with torch.no_grad():
        layer1.weight.copy_(2 * T / tau)
        layer1.bias.copy_(-(T * T).sum(1) / tau)
        layer3.weight.copy_(Y.T)
    return nn.Sequential(layer1, layer2, layer3).requires_grad_(False)
