"""PyTorch with channels_last as one side of the peer table: what an expert would run on a CPU.

    python3 torch_peer.py NETWORK BATCH SIZE THREADS f32|bf16 infer|train

The networks' shapes are written down here anew, independently of the Java side. Every tensor starts
from values that are a function of its name (see Tensor.java), so that both compute the same thing.

The script answers the lines that it reads: "step" with "@ SECONDS VALUE", "rss" with "@ BYTES" (the
peak), anything else ends it. Its first line is "@ ready PARAMETERS DESCRIPTION".
"""

import math
import os
import sys
import time

NETWORK, BATCH, SIZE, THREADS, PRECISION, TASK = sys.argv[1:7]
BATCH, SIZE, THREADS = int(BATCH), int(SIZE), int(THREADS)
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import numpy
import torch
from torch import nn
from torch.nn import functional as F


def values(name, shape):
    """The values that the tensor of that name starts with."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    count = int(numpy.prod(shape, dtype=numpy.int64))
    with numpy.errstate(over="ignore"):
        x = numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(seed)
        x += numpy.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        x = x ^ (x >> numpy.uint64(31))
    v = 2 * ((x >> numpy.uint64(40)).astype(numpy.float64) / 2**24) - 1
    if name.endswith("running_var"):
        v = 1 + 0.5 * v
    elif name.endswith(("running_mean", "bias")):
        v = 0.1 * v
    elif name in ("input",):
        pass
    elif len(shape) == 1:
        v = 1 + 0.2 * v
    else:
        v = v * math.sqrt(6 * shape[0] / count)
    return torch.from_numpy(v.astype(numpy.float32).reshape(shape))


def separable(cin, cout):
    """Xception's depthwise and pointwise convolutions."""
    module = nn.Module()
    module.conv1 = nn.Conv2d(cin, cin, 3, 1, 1, groups=cin, bias=False)
    module.pointwise = nn.Conv2d(cin, cout, 1, bias=False)
    module.forward = lambda x: module.pointwise(module.conv1(x))
    return module


class XceptionBlock(nn.Module):
    def __init__(self, widths, stride, relu_first):
        super().__init__()
        self.stride = stride
        layers = []
        for cin, cout in zip(widths, widths[1:]):
            layers += [nn.ReLU(), separable(cin, cout), nn.BatchNorm2d(cout)]
        if stride > 1:
            layers.append(nn.MaxPool2d(3, stride, 1))
            self.skip = nn.Conv2d(widths[0], widths[-1], 1, stride, bias=False)
            self.skipbn = nn.BatchNorm2d(widths[-1])
        # The first ReLU may not overwrite the block's input, the others can.
        for layer in layers[1:]:
            if isinstance(layer, nn.ReLU):
                layer.inplace = True
        self.rep = nn.Sequential(*(layers if relu_first else layers[1:]))

    def forward(self, x):
        y = self.rep(x)
        y += self.skipbn(self.skip(x)) if self.stride > 1 else x
        return y


class Xception(nn.Module):
    features = 2048

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 32, 3, 2, bias=False), nn.BatchNorm2d(32)
        self.conv2, self.bn2 = nn.Conv2d(32, 64, 3, bias=False), nn.BatchNorm2d(64)
        self.block1 = XceptionBlock([64, 128, 128], 2, False)
        self.block2 = XceptionBlock([128, 256, 256], 2, True)
        self.block3 = XceptionBlock([256, 728, 728], 2, True)
        for i in range(4, 12):
            self.add_module(f"block{i}", XceptionBlock([728] * 4, 1, True))
        self.block12 = XceptionBlock([728, 728, 1024], 2, True)
        self.conv3, self.bn3 = separable(1024, 1536), nn.BatchNorm2d(1536)
        self.conv4, self.bn4 = separable(1536, 2048), nn.BatchNorm2d(2048)

    def forward(self, x):
        x = F.relu_(self.bn1(self.conv1(x)))
        x = F.relu_(self.bn2(self.conv2(x)))
        for i in range(1, 13):
            x = getattr(self, f"block{i}")(x)
        x = F.relu_(self.bn3(self.conv3(x)))
        x = F.relu_(self.bn4(self.conv4(x)))
        return x.mean((2, 3))


class Gate(nn.Module):
    """Squeeze-and-excitation with a ReLU between its two maps."""

    def __init__(self, channels, reduced):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(channels, reduced, 1), nn.Conv2d(reduced, channels, 1)

    def forward(self, x):
        gate = self.fc2(F.relu_(self.fc1(x.mean((2, 3), keepdim=True))))
        return x * torch.sigmoid(gate)


class ResidualBlock(nn.Module):
    """With groups, ResNeXt's of 4 channels each and twice the width, and a gate at its end."""

    def __init__(self, cin, width, stride, bottleneck, groups=1):
        super().__init__()
        if bottleneck:
            mid = width if groups == 1 else 2 * width
            plan = [(cin, mid, 1, 1), (mid, mid, 3, stride), (mid, 4 * width, 1, 1)]
        else:
            plan = [(cin, width, 3, stride), (width, width, 3, 1)]
        self.convolutions = len(plan)
        for i, (a, b, kernel, s) in enumerate(plan, 1):
            self.add_module(f"conv{i}", nn.Conv2d(
                a, b, kernel, s, kernel // 2, groups=groups if kernel > 1 else 1, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(b))
        self.out = plan[-1][1]
        self.se = nn.Identity() if groups == 1 else Gate(self.out, self.out // 16)
        self.downsample = None
        if stride > 1 or cin != self.out:
            self.downsample = nn.Sequential(
                nn.Conv2d(cin, self.out, 1, stride, bias=False), nn.BatchNorm2d(self.out)
            )

    def forward(self, x):
        y = x
        for i in range(1, self.convolutions + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.convolutions:
                y = F.relu_(y)
        y = self.se(y)
        y += x if self.downsample is None else self.downsample(x)
        return F.relu_(y)


class ResNet(nn.Module):
    def __init__(self, depths, bottleneck, groups=1):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        cin = 64
        for stage, depth in enumerate(depths):
            blocks = []
            for i in range(depth):
                stride = 2 if i == 0 and stage > 0 else 1
                blocks.append(ResidualBlock(cin, 64 << stage, stride, bottleneck, groups))
                cin = blocks[-1].out
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.features = cin

    def forward(self, x):
        x = F.max_pool2d(F.relu_(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.mean((2, 3))


class SameConv2d(nn.Conv2d):
    """TensorFlow's padding: what is odd goes after."""

    def forward(self, x):
        kernel, stride = self.kernel_size[0], self.stride[0]
        pads = []
        for length in (x.shape[3], x.shape[2]):
            total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
            pads += [total // 2, total - total // 2]
        return F.conv2d(F.pad(x, pads), self.weight, self.bias, self.stride, 0, 1, self.groups)


class SqueezeExcite(nn.Module):
    def __init__(self, channels, reduced):
        super().__init__()
        self.conv_reduce = nn.Conv2d(channels, reduced, 1)
        self.conv_expand = nn.Conv2d(reduced, channels, 1)

    def forward(self, x):
        gate = self.conv_expand(F.silu(self.conv_reduce(x.mean((2, 3), keepdim=True)), True))
        return x * torch.sigmoid(gate)


class MobileBlock(nn.Module):
    def __init__(self, net, cin, cout, kernel, stride, expansion, squeeze):
        super().__init__()
        self.act, self.residual = net.act, stride == 1 and cin == cout
        mid = cin * expansion
        self.expands = expansion > 1
        depthwise = net.conv(mid, mid, kernel, stride, mid)
        if self.expands:
            self.conv_pw, self.bn1 = net.conv(cin, mid), net.norm(mid)
            self.conv_dw, self.bn2 = depthwise, net.norm(mid)
            self.conv_pwl, self.bn3 = net.conv(mid, cout), net.norm(cout)
        else:
            self.conv_dw, self.bn1 = depthwise, net.norm(mid)
            self.conv_pw, self.bn2 = net.conv(mid, cout), net.norm(cout)
        self.se = SqueezeExcite(mid, max(1, cin // 4)) if squeeze else nn.Identity()

    def forward(self, x):
        if self.expands:
            y = self.act(self.bn1(self.conv_pw(x)))
            y = self.act(self.bn2(self.conv_dw(y)))
            y = self.bn3(self.conv_pwl(self.se(y)))
        else:
            y = self.act(self.bn1(self.conv_dw(x)))
            y = self.bn2(self.conv_pw(self.se(y)))
        if self.residual:
            y += x
        return y


class MobileNet(nn.Module):
    """MobileNetV2 and EfficientNet: inverted residuals, widened and deepened."""

    STAGES = {
        False: [(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (3, 2, 6, 32, 3), (3, 2, 6, 64, 4),
                (3, 1, 6, 96, 3), (3, 2, 6, 160, 3), (3, 1, 6, 320, 1)],
        True: [(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3),
               (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)],
    }

    def __init__(self, efficient, width=1.0, depth=1.0, tensorflow=False):
        super().__init__()
        self.tensorflow = tensorflow
        self.act = (lambda x: F.silu(x, True)) if efficient else (lambda x: F.relu6(x, True))

        def rounded(channels):
            result = max(8, int(channels * width + 4) // 8 * 8)
            return result + 8 if result < 0.9 * channels * width else result

        cin = rounded(32)
        self.conv_stem, self.bn1 = self.conv(3, cin, 3, 2), self.norm(cin)
        stages = []
        for kernel, stride, expansion, channels, repeats in self.STAGES[efficient]:
            blocks = []
            for i in range(math.ceil(repeats * depth)):
                cout = rounded(channels)
                blocks.append(MobileBlock(
                    self, cin, cout, kernel, stride if i == 0 else 1, expansion, efficient))
                cin = cout
            stages.append(nn.Sequential(*blocks))
        self.blocks = nn.Sequential(*stages)
        self.features = rounded(1280)
        self.conv_head, self.bn2 = self.conv(cin, self.features), self.norm(self.features)

    def conv(self, cin, cout, kernel=1, stride=1, groups=1):
        if self.tensorflow and stride > 1:
            return SameConv2d(cin, cout, kernel, stride, groups=groups, bias=False)
        return nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False)

    def norm(self, channels):
        if self.tensorflow:
            return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)
        return nn.BatchNorm2d(channels)

    def forward(self, x):
        x = self.act(self.bn1(self.conv_stem(x)))
        x = self.act(self.bn2(self.conv_head(self.blocks(x))))
        return x.mean((2, 3))


class ConvNorm(nn.Module):
    def __init__(self, cin, cout, kernel=1, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(cout)

    def forward(self, x):
        return self.bn(self.conv(x))


class RegNetBlock(nn.Module):
    def __init__(self, cin, cout, stride, group_width):
        super().__init__()
        self.conv1 = ConvNorm(cin, cout)
        self.conv2 = ConvNorm(cout, cout, 3, stride, cout // group_width)
        self.se = Gate(cout, round(cin / 4))
        self.conv3 = ConvNorm(cout, cout)
        self.downsample = ConvNorm(cin, cout, 1, stride) if stride > 1 or cin != cout else None

    def forward(self, x):
        y = F.relu_(self.conv2(F.relu_(self.conv1(x))))
        y = self.conv3(self.se(y))
        y += x if self.downsample is None else self.downsample(x)
        return F.relu_(y)


class RegNet(nn.Module):
    """RegNetY, by the widths and depths of its stages."""

    def __init__(self, widths, depths, group_width):
        super().__init__()
        self.stem = ConvNorm(3, 32, 3, 2)
        cin = 32
        for stage, (width, depth) in enumerate(zip(widths, depths), 1):
            blocks = nn.Sequential()
            for i in range(1, depth + 1):
                blocks.add_module(
                    f"b{i}", RegNetBlock(cin, width, 2 if i == 1 else 1, group_width))
                cin = width
            self.add_module(f"s{stage}", blocks)
        self.features = cin

    def forward(self, x):
        x = self.s4(self.s3(self.s2(self.s1(F.relu_(self.stem(x))))))
        return x.mean((2, 3))


class DenseLayer(nn.Module):
    def __init__(self, cin, growth):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(cin), nn.Conv2d(cin, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, 1, 1, bias=False)

    def forward(self, x):
        y = self.conv1(F.relu_(self.norm1(x)))
        return torch.cat([x, self.conv2(F.relu_(self.norm2(y)))], 1)


class Transition(nn.Module):
    def __init__(self, cin):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(cin), nn.Conv2d(cin, cin // 2, 1, bias=False)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu_(self.norm(x))), 2)


class DenseNet(nn.Module):
    def __init__(self, depths, growth):
        super().__init__()
        net = nn.Sequential()
        net.add_module("conv0", nn.Conv2d(3, 64, 7, 2, 3, bias=False))
        net.add_module("norm0", nn.BatchNorm2d(64))
        net.add_module("relu0", nn.ReLU(inplace=True))
        net.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        channels = 64
        for stage, depth in enumerate(depths, 1):
            block = nn.Sequential()
            for i in range(1, depth + 1):
                block.add_module(f"denselayer{i}", DenseLayer(channels, growth))
                channels += growth
            net.add_module(f"denseblock{stage}", block)
            if stage < len(depths):
                net.add_module(f"transition{stage}", Transition(channels))
                channels //= 2
        net.add_module("norm5", nn.BatchNorm2d(channels))
        self.net, self.features = net, channels

    def state_dict(self, *args, **kwargs):
        """Under timm's names, whose "features" is a module and not a number."""
        own = super().state_dict(*args, **kwargs)
        return {name.replace("net.", "features.", 1): value for name, value in own.items()}

    def forward(self, x):
        return F.relu_(self.net(x)).mean((2, 3))


class Mlp(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(features, hidden), nn.Linear(hidden, features)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


def attended(q, k, v, bias=None, mask=None):
    """Attention of heads, by PyTorch's fused kernel where it has one (from 2.0 on)."""
    if hasattr(F, "scaled_dot_product_attention"):
        if mask is not None:
            bias = (bias + mask[:, None]).repeat(len(q) // len(mask), 1, 1, 1)
        bias = None if bias is None else bias.to(q.dtype)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    if bias is not None:
        scores = scores + bias
    if mask is not None:
        scores = (scores.unflatten(0, (-1, len(mask))) + mask[:, None]).flatten(0, 1)
    return scores.softmax(-1) @ v


class Attention(nn.Module):
    """Of tokens (batch, tokens, features); with a window, biased by relative positions."""

    def __init__(self, features, heads, window=0):
        super().__init__()
        self.heads = heads
        if window:
            self.relative_position_bias_table = nn.Parameter(
                torch.empty((2 * window - 1) ** 2, heads))
            at = torch.stack(torch.meshgrid(
                torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
            apart = at[:, :, None] - at[:, None, :] + window - 1
            self.register_buffer(
                "index", apart[0] * (2 * window - 1) + apart[1], persistent=False)
        self.window = window
        self.qkv, self.proj = nn.Linear(features, 3 * features), nn.Linear(features, features)

    def forward(self, x, mask=None):
        batch, tokens, features = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        bias = None
        if self.window:
            table = self.relative_position_bias_table
            bias = table[self.index].permute(2, 0, 1)[None]
        y = attended(*qkv, bias, mask).transpose(1, 2)
        return self.proj(y.reshape(batch, tokens, features))


class Block(nn.Module):
    """A transformer's block; with a window, Swin's: of maps, within windows that may be shifted."""

    def __init__(self, features, heads, eps, window=0, shift=0, size=0):
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1 = nn.LayerNorm(features, eps)
        self.attn = Attention(features, heads, window)
        self.norm2 = nn.LayerNorm(features, eps)
        self.mlp = Mlp(features, 4 * features)
        mask = None
        if shift:
            part = torch.bucketize(
                torch.arange(size), torch.tensor([size - window, size - shift]), right=True)
            parts = self.windows((3 * part[:, None] + part)[None, :, :, None].float())[:, :, 0]
            mask = (parts[:, :, None] != parts[:, None, :]).float() * -100
        self.register_buffer("mask", mask, persistent=False)

    def windows(self, x):
        batch, height, width, features = x.shape
        x = x.reshape(batch, height // self.window, self.window, -1, self.window, features)
        return x.transpose(2, 3).reshape(-1, self.window ** 2, features)

    def within(self, x):
        batch, height, width, features = x.shape
        if self.shift:
            x = x.roll((-self.shift, -self.shift), (1, 2))
        y = self.attn(self.windows(x), self.mask)
        y = y.reshape(batch, height // self.window, -1, self.window, self.window, features)
        y = y.transpose(2, 3).reshape(batch, height, width, features)
        return y.roll((self.shift, self.shift), (1, 2)) if self.shift else y

    def forward(self, x):
        x = x + (self.within if self.window else self.attn)(self.norm1(x))
        return x + self.mlp(self.norm2(x))


def patch_embedding(features, patch, norm):
    module = nn.Module()
    module.proj = nn.Conv2d(3, features, patch, patch)
    if norm:
        module.norm = nn.LayerNorm(features)
    return module


class VisionTransformer(nn.Module):
    def __init__(self, features, depth, heads, patch):
        super().__init__()
        self.features = features
        self.cls_token = nn.Parameter(torch.empty(1, 1, features))
        self.pos_embed = nn.Parameter(torch.empty(1, 1 + (SIZE // patch) ** 2, features))
        self.patch_embed = patch_embedding(features, patch, False)
        self.blocks = nn.Sequential(*[Block(features, heads, 1e-6) for _ in range(depth)])
        self.norm = nn.LayerNorm(features, 1e-6)

    def forward(self, x):
        x = self.patch_embed.proj(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        return self.norm(self.blocks(x))[:, 0]


class Merging(nn.Module):
    """Four tokens as one: upper left, lower left, upper right, lower right."""

    def __init__(self, features):
        super().__init__()
        self.reduction = nn.Linear(4 * features, 2 * features, bias=False)
        self.norm = nn.LayerNorm(4 * features)

    def forward(self, x):
        x = [x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.reduction(self.norm(torch.cat(x, -1)))


class Swin(nn.Module):
    def __init__(self, features, depths, heads, window):
        super().__init__()
        self.patch_embed = patch_embedding(features, 4, True)
        size, stages = SIZE // 4, []
        for i, (depth, count) in enumerate(zip(depths, heads)):
            stage = nn.Module()
            stage.blocks = nn.Sequential(*[
                Block(features, count, 1e-5, min(window, size),
                      window // 2 if j % 2 and size > window else 0, size)
                for j in range(depth)])
            if i < len(depths) - 1:
                stage.downsample = Merging(features)
                features, size = 2 * features, size // 2
            stages.append(stage)
        self.layers = nn.ModuleList(stages)
        self.features, self.norm = features, nn.LayerNorm(features)

    def forward(self, x):
        x = self.patch_embed.norm(self.patch_embed.proj(x).permute(0, 2, 3, 1))
        for stage in self.layers:
            x = stage.blocks(x)
            if hasattr(stage, "downsample"):
                x = stage.downsample(x)
        return self.norm(x).mean((1, 2))


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNextBlock(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.conv_dw = nn.Conv2d(features, features, 7, 1, 3, groups=features)
        self.norm = nn.LayerNorm(features, 1e-6)
        self.mlp = Mlp(features, 4 * features)
        self.gamma = nn.Parameter(torch.empty(features))

    def forward(self, x):
        y = self.mlp(self.norm(self.conv_dw(x).permute(0, 2, 3, 1)))
        return x + (y * self.gamma).permute(0, 3, 1, 2)


class ConvNext(nn.Module):
    def __init__(self, widths, depths):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 4, 4), LayerNorm2d(widths[0], 1e-6))
        cin, stages = widths[0], []
        for width, depth in zip(widths, depths):
            stage = nn.Module()
            stage.downsample = nn.Identity() if width == cin else nn.Sequential(
                LayerNorm2d(cin, 1e-6), nn.Conv2d(cin, width, 2, 2))
            stage.blocks = nn.Sequential(*[ConvNextBlock(width) for _ in range(depth)])
            stages.append(stage)
            cin = width
        self.stages = nn.ModuleList(stages)
        self.head = nn.Module()
        self.head.norm = nn.LayerNorm(cin, 1e-6)
        self.features = cin

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            x = stage.blocks(stage.downsample(x))
        return self.head.norm(x.mean((2, 3)))


NETWORKS = {
    "xception": Xception,
    "resnet18": lambda: ResNet([2, 2, 2, 2], False),
    "resnet50": lambda: ResNet([3, 4, 6, 3], True),
    "mobilenetv2_100": lambda: MobileNet(False),
    "efficientnet_b0": lambda: MobileNet(True),
    "tf_efficientnet_b0": lambda: MobileNet(True, tensorflow=True),
    "efficientnet_b4": lambda: MobileNet(True, 1.4, 1.8),
    "tf_efficientnet_b4_ns": lambda: MobileNet(True, 1.4, 1.8, tensorflow=True),
    "regnety_032": lambda: RegNet([72, 216, 576, 1512], [2, 5, 13, 1], 24),
    "seresnext50_32x4d": lambda: ResNet([3, 4, 6, 3], True, 32),
    "densenet121": lambda: DenseNet([6, 12, 24, 16], 32),
    "vit_base_patch16_224": lambda: VisionTransformer(768, 12, 12, 16),
    "swin_tiny_patch4_window7_224": lambda: Swin(96, [2, 2, 6, 2], [3, 6, 12, 24], 7),
    "convnext_tiny": lambda: ConvNext([96, 192, 384, 768], [3, 3, 9, 3]),
}


def main():
    torch.set_num_threads(THREADS)
    model = NETWORKS[NETWORK]()
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                tensor.copy_(values(name, tuple(tensor.shape)))
    model = model.to(memory_format=torch.channels_last).train(TASK == "train")
    images = values("input", (BATCH, 3, SIZE, SIZE)).to(memory_format=torch.channels_last)
    half = model.features // 2
    dummies = torch.zeros(BATCH, model.features)
    dummies[0::2, :half] = 1
    dummies[1::2, half:] = 1
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=1e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2)
    autocast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=PRECISION == "bf16")

    def infer():
        with torch.inference_mode(), autocast:
            return model(images).float().abs().mean().item()

    def train():
        optimiser.zero_grad(set_to_none=True)
        with autocast:
            embeddings = model(images)
        distance = (embeddings.float() - dummies).square().sum(1).add(1e-12).sqrt()
        loss = distance.mean()
        loss.backward()
        optimiser.step()
        return loss.item()

    step = train if TASK == "train" else infer
    count = sum(p.numel() for p in model.parameters())
    print(f"@ ready {count} PyTorch {torch.__version__} channels_last, {PRECISION}", flush=True)
    for line in sys.stdin:
        if line.strip() == "step":
            start = time.perf_counter()
            value = step()
            print(f"@ {time.perf_counter() - start:.9f} {value:.9g}", flush=True)
        elif line.strip() == "rss":
            with open("/proc/self/status") as status:
                peak = next(l for l in status if l.startswith("VmHWM")).split()[1]
            print(f"@ {int(peak) * 1024}", flush=True)
        else:
            break


if __name__ == "__main__":
    main()
