"""Two products."""
VERDICT = "passes"

def matmul_backward(A, B, dC):
    return dC @ B.T, A.T @ dC
