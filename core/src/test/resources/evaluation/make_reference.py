#!/usr/bin/env python3
"""Writes the reference values beside this script.

metrics.json: scikit-learn's metrics for seeded scores; numpy-expected.npy: a small matrix.

Made with scikit-learn 1.2.1, NumPy 1.24.2, SciPy 1.10.1:  python3 make_reference.py

Scores on a coarse grid of 1/2^k have many ties, and are exact in binary.
"""
import json
import pathlib

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, logit, log_expit
from sklearn.calibration import _sigmoid_calibration
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
    roc_curve,
)

BINS = 15


def equal_error_rate(fakes, scores):
    """Where the ROC curve, straight between its points, meets FPR = 1 - TPR."""
    fpr, tpr, _ = roc_curve(fakes, scores, drop_intermediate=False)
    along = np.arange(len(fpr))  # parametrised by the point, as FPR alone is not unique
    where = brentq(
        lambda t: np.interp(t, along, fpr) + np.interp(t, along, tpr) - 1, 0, len(fpr) - 1, xtol=1e-14
    )
    return np.interp(where, along, fpr)


def calibration_error(fakes, scores):
    bins = np.searchsorted(np.arange(1, BINS) / BINS, scores)
    return sum(
        (bins == b).mean() * abs(scores[bins == b].mean() - fakes[bins == b].mean())
        for b in range(BINS)
        if (bins == b).any()
    )


def temperature(fakes, scores):
    """The slope that minimises the cross entropy with Platt's targets."""
    z = logit(scores)
    n = fakes.sum()
    t = np.where(fakes == 1, (n + 1) / (n + 2), 1 / (len(fakes) - n + 2))
    loss = lambda a: -(t * log_expit(a * z) + (1 - t) * log_expit(-a * z)).mean()
    return minimize_scalar(loss, bounds=(1e-6, 50), method="bounded", options={"xatol": 1e-12}).x


def case(name, seed, size, share, shift, grid):
    random = np.random.default_rng(seed)
    fakes = (random.random(size) < share).astype(int)
    fakes[:2] = 0, 1
    scores = expit(random.normal(size=size) * 1.5 + shift * (2 * fakes - 1))
    if grid:
        scores = np.round(scores * grid) / grid
    inside = np.clip(scores, 1 / 1024, 1 - 1 / 1024)  # logits of 0 and 1 are infinite
    a, b = _sigmoid_calibration(logit(inside), fakes)
    fpr, tpr, _ = roc_curve(fakes, scores, drop_intermediate=False)
    return dict(
        name=name,
        fakes=fakes.tolist(),
        scores=scores.tolist(),
        roc_auc=roc_auc_score(fakes, scores),
        average_precision=average_precision_score(fakes, scores),
        equal_error_rate=equal_error_rate(fakes, scores),
        log_loss=log_loss(fakes, scores),
        brier_score=brier_score_loss(fakes, scores),
        calibration_error=calibration_error(fakes, scores),
        fpr=fpr.tolist(),
        tpr=tpr.tolist(),
        calibrated_scores=inside.tolist(),
        platt=[-a, -b],
        temperature_slope=temperature(fakes, inside),
    )


cases = [
    case("continuous", 1, 200, 0.5, 1.0, None),
    case("eighths", 2, 300, 0.5, 0.8, 8),
    case("quarters, few reals", 3, 150, 0.9, 0.5, 4),
    case("sixty-fourths, few fakes", 4, 400, 0.05, 1.2, 64),
    case("hardly better than chance", 5, 250, 0.5, 0.1, 16),
    case("separable", 6, 60, 0.5, 9.0, None),
    case("two samples", 7, 2, 0.5, 1.0, None),
]
target = pathlib.Path(__file__).with_name("metrics.json")
target.write_text(json.dumps(cases, separators=(",", ":")).replace('},{"name"', '},\n{"name"') + "\n")

np.save(
    pathlib.Path(__file__).with_name("numpy-expected.npy"),
    np.array([[1.5, -2.0], [0.25, 4.0], [0.0, 1e-30]], dtype="<f4"),
)
