"""The peers as a line server: ids of texts as digests, or in full."""

import hashlib
import json
import os
import struct
import sys
import time

ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
LOADED = {}


class HuggingFace:
    def __init__(self, path, **_):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(path)
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def encode(self, text, parse, add):
        self.tokenizer.encode_special_tokens = not parse
        return self.tokenizer.encode(text, add_special_tokens=add).ids

    def offsets(self, text, parse, add):
        self.tokenizer.encode_special_tokens = not parse
        return self.tokenizer.encode(text, add_special_tokens=add).offsets

    def decode(self, ids):
        return self.tokenizer.decode(ids, skip_special_tokens=False)


class Tiktoken:
    def __init__(self, path, pattern, special, **_):
        import tiktoken
        from tiktoken.load import load_tiktoken_bpe

        os.environ["TIKTOKEN_CACHE_DIR"] = ""
        ranks = load_tiktoken_bpe(path)
        self.tokenizer = tiktoken.Encoding(
            "x", pat_str=pattern, mergeable_ranks=ranks, special_tokens=special
        )

    def encode(self, text, parse, add):
        allowed = "all" if parse else set()
        return self.tokenizer.encode(text, allowed_special=allowed, disallowed_special=())

    def decode(self, ids):
        return self.tokenizer.decode(ids)


class SentencePiece:
    def __init__(self, path, **_):
        import sentencepiece

        self.tokenizer = sentencepiece.SentencePieceProcessor(model_file=path)

    def encode(self, text, parse, add):
        return self.tokenizer.encode(text, add_bos=add)

    def decode(self, ids):
        return self.tokenizer.decode(ids)


class MistralCommon:
    def __init__(self, path, **_):
        from mistral_common.tokens.tokenizers.tekken import Tekkenizer

        self.tokenizer = Tekkenizer.from_file(path)

    def encode(self, text, parse, add):
        return self.tokenizer.encode(text, bos=add, eos=False)

    def special_tokens(self):
        return [self.tokenizer.id_to_piece(i) for i in range(self.tokenizer.num_special_tokens)]


PEERS = {
    "tokenizers": HuggingFace,
    "tiktoken": Tiktoken,
    "sentencepiece": SentencePiece,
    "mistral_common": MistralCommon,
}


def load(name, peer, **settings):
    LOADED[name] = PEERS[peer](**settings)


def read_texts(path):
    """Texts after their lengths; what is no UTF-8 is replaced as Python does it."""
    texts = []
    with open(path, "rb") as file:
        while length := file.read(4):
            texts.append(file.read(*struct.unpack("<I", length)).decode("utf-8", "replace"))
    return texts


def digests(name, texts, parse=False, add=False):
    peer = LOADED[name]
    started = time.process_time()
    answers = []
    count = 0
    for text in read_texts(texts):
        ids = peer.encode(text, parse, add)
        count += len(ids)
        packed = struct.pack(f"<{len(ids)}I", *ids)
        answers.append(hashlib.md5(packed).hexdigest())
    return {"digests": answers, "count": count, "cpu_s": time.process_time() - started}


def speed(name, texts):
    """Seconds that encoding alone takes, and how many tokens there were."""
    peer = LOADED[name]
    read = read_texts(texts)
    cpu, wall = time.process_time(), time.perf_counter()
    tokens = sum(len(peer.encode(text, False, False)) for text in read)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"tokens": tokens, "cpu_s": cpu, "wall_s": wall}


def encode(name, text, parse=False, add=False):
    return LOADED[name].encode(text, parse, add)


def offsets(name, texts, parse=False, add=False):
    return [LOADED[name].offsets(text, parse, add) for text in read_texts(texts)]


def all_ids(name, texts, parse=False, add=False):
    return [LOADED[name].encode(text, parse, add) for text in read_texts(texts)]


def described(encoding):
    """What an encoding says, without its overflow."""
    sequences = zip(encoding.sequence_ids, encoding.attention_mask)
    return {
        "ids": encoding.ids,
        "offsets": encoding.offsets,
        "typeIds": encoding.type_ids,
        "attentionMask": encoding.attention_mask,
        "specialTokensMask": encoding.special_tokens_mask,
        "wordIds": [-1 if word is None else word for word in encoding.word_ids],
        # Without a post-processor padding counts as the first text there.
        "sequenceIds": [-1 if which is None or mask == 0 else which for which, mask in sequences],
    }


def encodings(name, requests):
    """Encodings with all they say, each asked for with its own truncation and padding.

    What is to be truncated is encoded whole first: `encode` stops early and drops the overflow.
    """
    from tokenizers import Tokenizer

    tokenizer = LOADED[name].tokenizer
    parts = json.loads(tokenizer.to_str())
    bare = Tokenizer.from_str(json.dumps({**parts, "post_processor": None}))
    answers = []
    for asked in requests:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        bare.encode_special_tokens = not asked["parse"]
        try:
            if asked["truncation"] is not None:
                tokenizer.enable_truncation(**asked["truncation"])
            if asked["padding"] is not None:
                tokenizer.enable_padding(pad_token="", **asked["padding"])
            texts = [text for text in (asked["text"], asked["pair"]) if text is not None]
            if asked["truncation"] is None:
                tokenizer.encode_special_tokens = not asked["parse"]
                encoding = tokenizer.encode(*texts, add_special_tokens=asked["add"])
            else:
                raw = [bare.encode(text, add_special_tokens=False) for text in texts]
                encoding = tokenizer.post_process(*raw, add_special_tokens=asked["add"])
            overflowing = [described(part) for part in encoding.overflowing]
            answers.append({**described(encoding), "overflowing": overflowing})
        except BaseException as error:  # noqa: BLE001 (Rust panics too)
            answers.append({"error": str(error)})
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return answers


def special_tokens(name):
    return LOADED[name].special_tokens()


def decode(name, ids):
    return LOADED[name].decode(ids)


def train(files, vocab_size, min_frequency, save, kind="bpe", special=()):
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    started = time.process_time()
    if kind == "bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            min_frequency=min_frequency,
            special_tokens=list(special),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
    elif kind == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(
            vocab_size=vocab_size,
            min_frequency=min_frequency,
            special_tokens=list(special),
            show_progress=False,
        )
    elif kind == "unigram":
        tokenizer = Tokenizer(models.Unigram())
        steps = [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
        tokenizer.normalizer = normalizers.Sequence(steps)
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=vocab_size,
            special_tokens=list(special),
            unk_token="<unk>",
            show_progress=False,
        )
    wall = time.time()
    tokenizer.train(files, trainer)
    wall = time.time() - wall
    tokenizer.save(save)
    return {"cpu_s": time.process_time() - started, "wall_s": wall}


def train_pieces(**settings):
    """A model of SentencePiece's own trainer, `model_prefix` with `.model` behind it."""
    import sentencepiece

    sentencepiece.SentencePieceTrainer.train(
        minloglevel=2, num_threads=1, hard_vocab_limit=False, max_sentence_length=100_000, **settings
    )


def part(field, spec):
    """A normalizer or pre-tokenizer alone, from its JSON."""
    from tokenizers import Tokenizer

    whole = {"version": "1.0", "model": {"type": "BPE", "vocab": {}, "merges": []}, field: spec}
    whole = {"added_tokens": [], **whole}
    return getattr(Tokenizer.from_str(json.dumps(whole)), field)


def normalize(spec, points, after=""):
    step = part("normalizer", spec)
    return [step.normalize_str(f"a{chr(point)}{after}b") for point in points]


def split(spec, points):
    step = part("pre_tokenizer", spec)
    pieces = (step.pre_tokenize_str(f"a{chr(point)}b") for point in points)
    return [[end for _, ends in found for end in ends] for found in pieces]


def gguf_tokens(path):
    """Tokens of a GGUF file, as the package `gguf` reads them, and how many types there are."""
    from gguf import GGUFReader

    fields = GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    return {"tokens": tokens, "types": len(fields["tokenizer.ggml.token_type"].data)}


OPERATIONS = {
    "gguf_tokens": gguf_tokens,
    "normalize": normalize,
    "special_tokens": special_tokens,
    "split": split,
    "load": load,
    "digests": digests,
    "speed": speed,
    "encode": encode,
    "offsets": offsets,
    "decode": decode,
    "all_ids": all_ids,
    "encodings": encodings,
    "train": train,
    "train_pieces": train_pieces,
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"ok": OPERATIONS[request.pop("op")](**request)}
    except BaseException as error:  # noqa: BLE001 (Rust panics too)
        answer = {"error": f"{type(error).__name__}: {error}"}
    ANSWERS.write(json.dumps(answer) + "\n")
    ANSWERS.flush()
