"""PIL as one side of the loader's benchmark: what torchvision's ImageFolder does to an image.

    python3 pil_peer.py FILE SIZE

Decodes the file once for each line "step" that it reads, resizes it, scales and normalises it to
[3, SIZE, SIZE], and answers "@ SECONDS VALUE". Its first line is "@ ready 0 VERSION".
"""

import io
import sys
import time

import numpy
import PIL
from PIL import Image

FILE, SIZE = sys.argv[1], int(sys.argv[2])
MEAN = numpy.array([0.485, 0.456, 0.406], numpy.float32)
STD = numpy.array([0.229, 0.224, 0.225], numpy.float32)


def load():
    with open(FILE, "rb") as file:
        image = Image.open(io.BytesIO(file.read())).convert("RGB")
    pixels = numpy.asarray(image.resize((SIZE, SIZE), Image.BILINEAR), numpy.float32) / 255
    return numpy.ascontiguousarray(((pixels - MEAN) / STD).transpose(2, 0, 1))


print("@ ready 0 PIL", PIL.__version__, flush=True)
for line in sys.stdin:
    if line.strip() != "step":
        break
    start = time.perf_counter()
    value = float(load()[0, 0, 0])
    print(f"@ {time.perf_counter() - start:.9f} {value:.9g}", flush=True)
