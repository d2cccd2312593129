"""The gradients come transposed."""
VERDICT = "refused"
BREAKS = "For C = A @ B and the gradient `dC` of some loss with respect to C, return `(dA, dB)`."
DEMAND = "factors"

def matmul_backward(A, B, dC):
    return (dC @ B.T).T, (A.T @ dC).T
