"""How far PyTorch itself strays from the golden runs: makes reference_runs.json, RunGoldenTest's.

    python3 reference_runs.py GOLDEN_FOLDER RUN... > reference_runs.json

needs torch, timm 0.4.9, Pillow and scikit-learn (made with torch 1.13, scikit-learn 1.2.1). Each run
is trained from its golden weights in double precision, and several times in single: with oneDNN's
kernels and without, over channels-last memory, and from weights changed by one part in ten million.
`double` holds the losses of every step in double; `strays`, for every step, the largest difference
that one of the single-precision runs, or the double one, has to the golden loss. `undecided` counts,
for every epoch, the validation images whose margin (by how much the right class is ahead) in the
plain single-precision run is less than three times the most that another one's differs from it, and
`undecidedTest` the test images at the end; Triplet, whose reference counts every image as class 0,
has neither. For Triplet, `svm` holds what SVC() says of the test images, fitted on the embeddings of
all training images.
"""
import json
import sys

import numpy as np
import timm
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.svm import SVC

SINGLE = [("plain", {}), ("no oneDNN", {"mkldnn": False}), ("channels last", {"channels_last": True})]
SINGLE += [("perturbed %d" % seed, {"perturb": seed}) for seed in (1, 2, 3)]
HELD_OUT = ["valid_order", "test_order"]


def values(name, shape):
    """The golden weights: golden/README.md."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) % 2**64
    with np.errstate(over="ignore"):
        x = np.uint64(h) + np.arange(int(np.prod(shape)), dtype=np.uint64)
        x += np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    v = 2 * ((x >> np.uint64(40)).astype(np.float64) / 2**24) - 1
    if name.endswith("running_var"):
        v = 1 + 0.5 * v
    elif name.endswith(("running_mean", "bias")):
        v = 0.1 * v
    elif len(shape) == 1:
        v = 1 + 0.2 * v
    else:
        v = v * np.sqrt(6 / np.prod(shape[1:]))
    return torch.from_numpy(v.astype(np.float32).reshape(shape))


def image(folder, file, size, dtype):
    pixels = Image.open(folder + "/run/dataset/" + file).convert("RGB")
    pixels = np.asarray(pixels.resize((size, size), Image.BILINEAR), dtype) / 255
    mean = np.array([0.485, 0.456, 0.406], dtype)
    std = np.array([0.229, 0.224, 0.225], dtype)
    return torch.from_numpy(((pixels - mean) / std).transpose(2, 0, 1).copy())


def batch(folder, files, size, dtype):
    return torch.stack([image(folder, file, size, dtype) for file in files])


def labels_of(run, files):
    return torch.tensor([run["classes"].index(file.split("/")[1]) for file in files])


def distance(a, b):
    return (a - b + 1e-6).norm(dim=1)


def two_dummies(e):
    size = e.shape[1]
    dummies = torch.zeros(2, size, dtype=e.dtype)
    dummies[1, : size // 2] = 1
    dummies[0, size // 2 :] = 1
    return dummies


def dmyt(e, y, w):
    dummies = two_dummies(e)
    loss = F.relu(distance(e, dummies[y]) - distance(e, dummies[1 - y]) + 1)
    return (w[y] * loss).sum() / w[y].sum()


def triplet(e, y, w):
    unit = F.normalize(e.detach(), dim=1)
    d = torch.cdist(unit, unit, compute_mode="donot_use_mm_for_euclid_dist")
    n = len(y)
    mined = [
        (a, p, q)
        for a in range(n)
        for p in range(n)
        for q in range(n)
        if a != p and y[a] == y[p] != y[q] and 0 < d[a, q] - d[a, p] <= 0.2
    ]
    if not mined:
        return (e * 0).sum()
    a, p, q = (torch.tensor(list(column)) for column in zip(*mined))
    loss = F.relu(distance(e[a], e[p]) - distance(e[a], e[q]) + 1)
    return (w[y[a]] * loss).sum() / w[y[a]].sum()


def margins(run, model, images, labels):
    """By how much the right class of two is ahead, for each image."""
    with torch.no_grad():
        e = model.eval()(images)
    if run["loss"] == "DmyT":
        e = -torch.stack([distance(e, d) for d in two_dummies(e)], dim=1)
    return ((e[:, 1] - e[:, 0]) * (2 * labels - 1)).double().numpy()


LOSSES = {"DmyT": dmyt, "Triplet": triplet, "CrossEntropy": F.cross_entropy}


def train(folder, run, dtype, mkldnn=True, channels_last=False, perturb=None):
    """The losses of every step, the margins of the validation images after every epoch and of the test
    images at the end, and the trained network."""
    torch.backends.mkldnn.enabled = mkldnn
    classes = len(run["classes"]) if run["loss"] == "CrossEntropy" else 0
    model = timm.create_model(run["model"], num_classes=classes)
    model.load_state_dict(
        {k: v if k.endswith("num_batches_tracked") else values(k, list(v.shape))
         for k, v in model.state_dict().items()}
    )
    model = model.to(dtype)
    if perturb is not None:
        torch.manual_seed(perturb)
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(1 + 1e-7 * torch.randn_like(p))
    kind = np.float64 if dtype == torch.float64 else np.float32
    images = batch(folder, run["train_order"], run["input_size"], kind)
    held_out = {split: batch(folder, run[split], run["input_size"], kind) for split in HELD_OUT}
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
        held_out = {
            k: v.contiguous(memory_format=torch.channels_last) for k, v in held_out.items()
        }
    labels = labels_of(run, run["train_order"])
    weights = torch.tensor(run["label_weights"] or [1.0] * len(run["classes"]), dtype=dtype)
    adamw = torch.optim.AdamW(model.parameters(), lr=run["lr"], weight_decay=0.01)
    epochs, ahead = [], []
    for epoch in range(len(run["epochs"])):
        for group in adamw.param_groups:
            group["lr"] = run["lr"] * 0.5 ** (epoch // 3)
        model.train()
        losses = []
        for start in range(0, len(images), run["batch"]):
            y = labels[start : start + run["batch"]]
            loss = LOSSES[run["loss"]](model(images[start : start + run["batch"]]), y, weights)
            adamw.zero_grad()
            loss.backward()
            adamw.step()
            losses.append(loss.item())
        epochs.append(losses)
        if run["loss"] != "Triplet":
            last = epoch + 1 == len(run["epochs"])
            ahead.append(
                {split: margins(run, model, held_out[split], labels_of(run, run[split]))
                 for split in (HELD_OUT if last else HELD_OUT[:1])}
            )
    return epochs, ahead, (model.eval(), images, labels)


def undecided(repeated):
    """How many images; margins by run, the plain one first, and image."""
    stray = np.abs(repeated - repeated[0]).max(axis=0)
    return int((np.abs(repeated[0]) < 3 * stray).sum())


def svm(folder, run, model, images, labels):
    test = batch(folder, run["test_order"], run["input_size"], np.float32)
    with torch.no_grad():
        fitted = SVC().fit(model(images).numpy(), labels.numpy())
        return fitted.predict(model(test).numpy()).tolist()


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    result = {}
    for name in names:
        with open("%s/run/%s.json" % (folder, name)) as file:
            run = json.load(file)
        golden = np.array([e["step_losses"] for e in run["epochs"]])
        double = train(folder, run, torch.float64)[0]
        print(name, "double", np.abs(np.array(double) - golden).max(axis=1), file=sys.stderr)
        repeated = []
        result[name] = {"double": double}
        strays = np.abs(np.array(double) - golden)
        for what, how in SINGLE:
            losses, ahead, trained = train(folder, run, torch.float32, **how)
            repeated.append(ahead)
            stray = np.abs(np.array(losses) - golden)
            print(name, what, stray.max(axis=1), file=sys.stderr)
            strays = np.maximum(strays, stray)
            if what == "plain" and run["loss"] == "Triplet":
                result[name]["svm"] = svm(folder, run, *trained)
        result[name]["strays"] = strays.round(6).tolist()
        if run["loss"] != "Triplet":
            result[name]["undecided"] = [
                undecided(np.array([each[e]["valid_order"] for each in repeated]))
                for e in range(len(golden))
            ]
            result[name]["undecidedTest"] = undecided(
                np.array([each[-1]["test_order"] for each in repeated])
            )
    json.dump(result, sys.stdout, indent=1)


main()
