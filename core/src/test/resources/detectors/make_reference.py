"""Logits of published detectors over synthetic weights, from their authors' own code.

    python3 make_reference.py OUT

with these on PYTHONPATH: timm 1.0.29; efficientnet_pytorch (github.com/lukemelas/EfficientNet-PyTorch);
DeepfakeBench's folder training/networks (github.com/SCLBD/DeepfakeBench). Weights and inputs are functions of
their names, as ../golden/README.md has them. DINOv3 is written out here as transformers 4.56 has it
(models/dinov3_vit), and GenD's heads as github.com/yermandy/GenD has them (src/hf/modeling_gend.py).
"""
import importlib.util, json, math, os, sys, types

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
np.seterr(over="ignore")
OUT = sys.argv[1]


def fnv(text):
    h = 0xCBF29CE484222325
    for b in text.encode():
        h = ((h ^ b) * 0x100000001B3) & ((1 << 64) - 1)
    return h


def unit(name, n):
    x = np.arange(n, dtype=np.uint64) + np.uint64(fnv(name)) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return (x >> np.uint64(40)).astype(np.float64) / 2**24


def values(name, shape):
    v = 2 * unit(name, int(np.prod(shape))) - 1
    if name.endswith("running_var"):
        v = 1 + 0.5 * v
    elif name.endswith("running_mean") or name.endswith("bias"):
        v = 0.1 * v
    elif len(shape) == 1:
        v = 1 + 0.2 * v
    else:
        v = v * math.sqrt(6 / np.prod(shape[1:]))
    return torch.from_numpy(v.astype(np.float32).reshape(shape))


def images(batch, hw):
    v = 2 * unit("input", batch * 3 * hw * hw) - 1
    return torch.from_numpy(v.astype(np.float32).reshape(batch, 3, hw, hw)).double()


class GenD(nn.Module):
    """The extractor and the head under the names that the published files have."""

    def __init__(self, backbone, features):
        super().__init__()
        self.feature_extractor = nn.Module()
        self.feature_extractor.backbone = backbone
        self.model = nn.Module()
        self.model.linear = nn.Linear(features, 2)

    def logits(self, x, norm):
        y = self.feature_extractor.backbone(x)
        return self.model.linear(F.normalize(y, p=2, dim=1) if norm else y)


class Attention(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.k_proj = nn.Linear(size, size, bias=False)
        self.v_proj = nn.Linear(size, size)
        self.q_proj = nn.Linear(size, size)
        self.o_proj = nn.Linear(size, size)
        self.heads = heads

    def forward(self, x, cos, sin):
        b, n, c = x.shape

        def split(t):
            return t.view(b, n, self.heads, c // self.heads).transpose(1, 2)

        def turn(t):
            lead = n - sin.shape[0]
            p = t[:, :, lead:]
            half = torch.cat((-p[..., p.shape[-1] // 2 :], p[..., : p.shape[-1] // 2]), -1)
            return torch.cat((t[:, :, :lead], p * cos + half * sin), 2)

        q, k, v = turn(split(self.q_proj(x))), turn(split(self.k_proj(x))), split(self.v_proj(x))
        a = F.softmax(q @ k.transpose(-1, -2) / math.sqrt(c // self.heads), -1)
        return self.o_proj((a @ v).transpose(1, 2).reshape(b, n, c))


class Scale(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.lambda1 = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return x * self.lambda1


class Layer(nn.Module):
    def __init__(self, size, heads, hidden):
        super().__init__()
        self.norm1 = nn.LayerNorm(size, eps=1e-5)
        self.attention = Attention(size, heads)
        self.layer_scale1 = Scale(size)
        self.norm2 = nn.LayerNorm(size, eps=1e-5)
        self.mlp = nn.Module()
        self.mlp.up_proj = nn.Linear(size, hidden)
        self.mlp.down_proj = nn.Linear(hidden, size)
        self.layer_scale2 = Scale(size)

    def forward(self, x, cos, sin):
        x = x + self.layer_scale1(self.attention(self.norm1(x), cos, sin))
        return x + self.layer_scale2(self.mlp.down_proj(F.gelu(self.mlp.up_proj(self.norm2(x)))))


class DinoV3(nn.Module):
    def __init__(self, size, depth, heads, hidden, patch=16):
        super().__init__()
        self.embeddings = nn.Module()
        self.embeddings.cls_token = nn.Parameter(torch.zeros(1, 1, size))
        self.embeddings.mask_token = nn.Parameter(torch.zeros(1, 1, size))
        self.embeddings.register_tokens = nn.Parameter(torch.zeros(1, 4, size))
        self.embeddings.patch_embeddings = nn.Conv2d(3, size, patch, patch)
        self.layer = nn.ModuleList(Layer(size, heads, hidden) for _ in range(depth))
        self.norm = nn.LayerNorm(size, eps=1e-5)
        self.head = size // heads
        self.patch = patch

    def forward(self, x):
        side = x.shape[-1] // self.patch
        e = self.embeddings
        patches = e.patch_embeddings(x).flatten(2).transpose(1, 2)
        lead = [t.expand(len(x), -1, -1) for t in (e.cls_token, e.register_tokens)]
        centres = 2 * torch.arange(0.5, side).double() / side - 1
        coords = torch.stack(torch.meshgrid(centres, centres, indexing="ij"), -1).flatten(0, 1)
        freq = 1 / 100 ** torch.arange(0, 1, 4 / self.head).double()
        angles = (2 * math.pi * coords[:, :, None] * freq).flatten(1, 2).tile(2)
        h = torch.cat(lead + [patches], 1)
        for layer in self.layer:
            h = layer(h, torch.cos(angles), torch.sin(angles))
        return self.norm(h)[:, 0]


def write(name, model, hw, logits):
    state = model.state_dict()
    for key, tensor in state.items():
        if tensor.is_floating_point():
            tensor.copy_(values(key, tuple(tensor.shape)))
    model.load_state_dict(state)
    model.double().eval()
    with torch.no_grad():
        found = {k: f(model, images(2, hw)).reshape(-1).tolist() for k, f in logits.items()}
    json.dump(
        {
            "detector": name,
            "precision": "float64",
            "classes": ["real", "fake"],
            "hw": hw,
            "batch": 2,
            "state_dict": [[k, list(t.shape)] for k, t in state.items()],
            "logits": found,
        },
        open(os.path.join(OUT, name + ".json"), "w"),
    )
    print(name, found)


HEADS = {
    "linear": lambda m, x: m.logits(x, False),
    "LinearNorm": lambda m, x: m.logits(x, True),
}


def perception_encoder():
    import timm

    small = dict(embed_dim=128, depth=2, num_heads=2, pretrained=False, dynamic_img_size=True)
    model = timm.create_model("vit_pe_core_large_patch14_336", **small)
    model.head = nn.Identity()
    write("gend-pe-small", GenD(model, 128), 224, HEADS)


def deepfakebench():
    class Register:
        def register_module(self, module_name):
            return lambda c: c

    registry = types.ModuleType("metrics.registry")
    registry.BACKBONE = Register()
    sys.modules["metrics"] = types.ModuleType("metrics")
    sys.modules["metrics.registry"] = registry

    class Detector(nn.Module):
        def __init__(self, backbone):
            super().__init__()
            self.backbone = backbone

    def network(file, name, config):
        path = next(p for p in map(lambda d: os.path.join(d, file), sys.path) if os.path.exists(p))
        spec = importlib.util.spec_from_file_location(file[:-3], path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        config = dict(num_classes=2, inc=3, dropout=False, pretrained=None, **config)
        return Detector(getattr(module, name)(config))

    def logits(m, x):
        return m.backbone.classifier(m.backbone.features(x))

    xception = network("xception.py", "Xception", dict(mode="original"))
    write("dfbench-xception", xception, 256, {"linear": logits})
    b4 = network("efficientnetb4.py", "EfficientNetB4", dict(mode="Original"))
    write("dfbench-efficientnet-b4", b4, 256, {"linear": logits})


perception_encoder()
write("gend-dinov3-small", GenD(DinoV3(128, 2, 2, 512), 128), 224, HEADS)
deepfakebench()
