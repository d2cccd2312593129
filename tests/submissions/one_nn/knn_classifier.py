"""scikit-learn's classifier with one neighbor; it refuses an empty test set."""
VERDICT = "refused"
BREAKS = "n_train and d are at least 1; n_test may be 1, or 0."
DEMAND = "any_number"

from sklearn.neighbors import KNeighborsClassifier


def one_nn(X_train, y_train, X_test):
    clf = KNeighborsClassifier(n_neighbors=1, algorithm="brute")
    clf.fit(X_train, y_train)
    return clf.predict(X_test)
