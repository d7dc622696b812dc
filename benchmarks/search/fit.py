#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fits the search's first guess to tables that search_sweep made.

    fit.py FEATURES.tsv TABLE.tsv… [--write lib/quality/search_model.h]

A ladder is one format and chroma. The logarithm of a picture's loss, 100 - score, is taken to run
parallel to the ladder's mean curve over quality; how far from it is a linear function of the features,
fitted by ridge regression to where pictures cross 85 and 90. It is judged with all versions of a picture
(the original and the JPEGs made of it) left out together.

Of ladders that were swept with little effort too (avif-420-1 beside avif-420) it prints what
loss_by_effort() in search_model.h says of that effort, judged likewise.
"""
import argparse
import collections
import math
import statistics

LADDERS = {"jpeg-420": "kJpeg420", "jpeg-444": "kJpeg444", "webp": "kWebp", "webp-sharp": "kWebpSharp",
           "avif-420": "kAvif420", "avif-444": "kAvif444"}
TARGETS = [85, 90]
BLOCK_TARGETS = [77.5, 85]
RIDGE = 2.0
LEAST_LOSS = 0.01
MOST_EXTRA = 0.25


def read(features_path, table_paths):
    features = {}
    for line in open(features_path):
        cells = line.rstrip("\n").split("\t")
        features[cells[0], cells[1]] = [float(c) for c in cells[2:]]
    rows = collections.defaultdict(lambda: collections.defaultdict(dict))
    for path in table_paths:
        for line in open(path):
            picture, source, ladder, setting, quality, size, score, block = line.rstrip("\n").split("\t")
            if picture == "picture":
                continue
            rows[ladder][picture, source][int(setting)] = (float(quality), int(size), float(score),
                                                           float(block))
    return features, rows


def log_loss(score):
    return math.log(max(100 - score, LEAST_LOSS))


def mean_curve(pictures):
    """Quality to mean log loss; pictures need not have every quality: steps are averaged."""
    steps = collections.defaultdict(list)
    for table in pictures.values():
        settings = sorted(table)
        for a, b in zip(settings, settings[1:]):
            if b == a + 1:
                steps[table[a][0], table[b][0]].append(log_loss(table[b][2]) - log_loss(table[a][2]))
    curve, height = {}, 0.0
    for (low, high), found in sorted(steps.items()):
        curve.setdefault(low, height)
        height += statistics.mean(found)
        curve[high] = height
    # At the height that pictures have on the mean.
    lift = statistics.mean(log_loss(row[2]) - curve[row[0]] for t in pictures.values()
                           for row in t.values() if row[0] in curve)
    return {quality: value + lift for quality, value in curve.items()}


def at(curve, quality):
    return curve[quality]


def crossing(table, column, goal):
    """The lowest setting that reaches the goal with the one below not, nothing where none does."""
    for setting in sorted(table):
        if table[setting][column] >= goal:
            return setting if setting - 1 in table else None
    return None


def offset_at(table, curve, column, goal):
    """How far above the mean curve the picture is where it crosses the goal (or its last setting)."""
    setting = crossing(table, column, goal)
    if setting is None:
        setting = max(table)
    return log_loss(table[setting][column]) - curve[table[setting][0]]


def beside_sample(pictures, curve):
    """How much further from the curve pictures are than their samples, at the targets: score and block;
    and how much is added to that at the finer one alone."""
    found = collections.defaultdict(list)
    for (picture, source), table in pictures.items():
        whole = pictures.get((picture, "original"))
        if source != "sample" or not whole:
            continue
        for column, goals in ((2, TARGETS), (3, BLOCK_TARGETS)):
            for target, goal in zip(TARGETS, goals):
                if crossing(whole, column, goal) and crossing(table, column, goal):
                    error = offset_at(whole, curve, column, goal) - offset_at(table, curve, column, goal)
                    found[column, "both"].append(error)
                    found[column, target].append(error)
    if not found[2, TARGETS[-1]] or not found[3, TARGETS[-1]]:
        return None
    print(f"  spread of {len(found[2, 'both'])}: {statistics.pstdev(found[2, 'both']):.3f}, "
          f"blocks {statistics.pstdev(found[3, 'both']):.3f}")

    # The worst block binds now and then only: a guess that errs upward would err each time.
    def beside(at):
        return statistics.median(found[2, at]), sorted(found[3, at])[len(found[3, at]) // 5]

    both, finer = beside("both"), beside(TARGETS[-1])
    print(f"  at {TARGETS[-1]} alone, of {len(found[2, TARGETS[-1]])}: {finer[0]:.4f}, {finer[1]:.4f}")
    return both, (finer[0] - both[0], finer[1] - both[1])


def line_through(extra):
    """Slope and zero of the line through the medians over pictures at each quality."""
    found = collections.defaultdict(list)
    for by_quality in extra.values():
        for quality, more in by_quality.items():
            found[quality].append(more)
    points = [(q, statistics.median(m), len(m)) for q, m in found.items()]
    total = sum(n for _, _, n in points)
    mean_q = sum(q * n for q, _, n in points) / total
    mean_m = sum(m * n for _, m, n in points) / total
    slope = (sum(n * (q - mean_q) * (m - mean_m) for q, m, n in points) /
             sum(n * (q - mean_q) ** 2 for q, _, n in points))
    return -slope, mean_q - mean_m / slope


def judge_little_effort(usual, little):
    """How much more is lost with little effort, in the log, where pictures score 76 to 94."""
    extra = collections.defaultdict(dict)
    for key, table in usual.items():
        for setting, row in table.items():
            if 76 < row[2] < 94 and setting in little.get(key, {}):
                extra[key][row[0]] = log_loss(little[key][setting][2]) - log_loss(row[2])
    # Drawings, of which little effort tells nothing: the search asks drawn_share().
    extra = {k: e for k, e in extra.items() if statistics.median(e.values()) < MOST_EXTRA}
    if not extra:
        return None
    errors = []
    for key, table in usual.items():
        if key not in extra:
            continue
        slope, zero = line_through({k: e for k, e in extra.items() if k[0] != key[0]})
        for goal in TARGETS:
            setting = crossing(table, 2, goal)
            if setting and table[setting][0] in extra[key]:
                quality = table[setting][0]
                errors.append(abs(extra[key][quality] - slope * (zero - quality)))
    errors.sort()
    slope, zero = line_through(extra)
    return (f"{slope:.4f} * ({zero:.0f} - quality); off by {statistics.median(errors):.3f} in the median "
            f"of {len(errors)} crossings, 90 % {errors[int(0.9 * (len(errors) - 1))]:.3f}")


def solve(matrix, vector):
    size = len(vector)
    rows = [list(row) + [value] for row, value in zip(matrix, vector)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(size):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [rows[i][size] / rows[i][i] for i in range(size)]


def regress(samples):
    """Coefficients of the features, the first of which is 1: shrunk as if all had a spread of one."""
    size = len(samples[0][0])
    means = [statistics.mean(x[i] for x, _ in samples) for i in range(size)]
    spreads = [statistics.pstdev([x[i] for x, _ in samples]) or 1.0 for i in range(size)]
    rows = [[(x[i] - means[i]) / spreads[i] for i in range(1, size)] for x, _ in samples]
    middle = statistics.mean(y for _, y in samples)
    normal = [[sum(r[i] * r[j] for r in rows) + (RIDGE if i == j else 0.0) for j in range(size - 1)]
              for i in range(size - 1)]
    slopes = solve(normal, [sum(r[i] * (y - middle) for r, (_, y) in zip(rows, samples))
                            for i in range(size - 1)])
    slopes = [slope / spread for slope, spread in zip(slopes, spreads[1:])]
    return [middle - dot(slopes, means[1:])] + slopes


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def predicted_setting(table, curve, offset, goal):
    """The lowest setting that the curve at this offset takes to reach the goal."""
    for setting in sorted(table):
        if curve[table[setting][0]] + offset <= log_loss(goal):
            return setting
    return max(table)


def judge(pictures, features, curve):
    """Errors of the guess in settings, each picture left out."""
    samples = []
    for key, table in pictures.items():
        for goal in TARGETS:
            samples.append((key, features[key], offset_at(table, curve, 2, goal), goal))
    errors = collections.defaultdict(list)
    for left_out in sorted({key[0] for key in pictures}):
        model = regress([(x, y) for key, x, y, _ in samples if key[0] != left_out])
        for key, x, _, goal in samples:
            table = pictures[key]
            actual = crossing(table, 2, goal)
            if key[0] == left_out and actual is not None:
                error = predicted_setting(table, curve, dot(model, x), goal) - actual
                errors[f"{goal}"].append(error)
                errors[f"{goal} {key[1]}"].append(error)
    return errors


def summary(errors):
    sizes = sorted(abs(e) for e in errors)
    return (f"{len(sizes)} crossings, in the pair {sum(e in (0, -1) for e in errors)}, "
            f"median {statistics.median(sizes):g}, 90 % {sizes[int(0.9 * (len(sizes) - 1))]:g}, "
            f"most {sizes[-1]:g}")


def knots_of(curve):
    qualities = sorted(curve)
    kept = [q for q in qualities
            if q in (qualities[0], qualities[-1]) or q % 10 == 0 or (q >= 50 and q % 5 == 0) or q >= 90]
    if len(qualities) < 70:
        kept = [q for i, q in enumerate(qualities) if i % 3 == 0 or q == qualities[-1] or q >= 75]
    return [(q, curve[q]) for q in kept]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("features")
    parser.add_argument("tables", nargs="+")
    parser.add_argument("--sources", default="", help="only these, separated by commas")
    parser.add_argument("--write")
    arguments = parser.parse_args()
    features, rows = read(arguments.features, arguments.tables)
    out = []
    for ladder, name in LADDERS.items():
        pictures = {k: t for k, t in rows.get(ladder, {}).items() if k in features and len(t) > 10 and k[1] != "sample"
                    and (not arguments.sources or k[1] in arguments.sources.split(","))}
        if not pictures:
            continue
        curve = mean_curve(pictures)
        for goal, errors in sorted(judge(pictures, features, curve).items()):
            print(f"{ladder} {goal}: {summary(errors)}")
        models = []
        for column, goals in ((2, TARGETS), (3, BLOCK_TARGETS)):
            models.append(regress([(features[k], offset_at(t, curve, column, g))
                                   for k, t in pictures.items() for g in goals]))
        beside = beside_sample(rows[ladder], curve)
        if beside:
            print(f"{ladder} beside its sample: {beside}")
        little = judge_little_effort(pictures, rows.get(ladder + "-1", {}))
        if little:
            print(f"{ladder} with effort 1 loses more: {little}")
        out.append((name, knots_of(curve), models, beside or ((0.0, 0.0), (0.0, 0.0))))
    if arguments.write:
        write(arguments.write, out)


def write(path, ladders):
    lines = open(path).read().split("\n")
    begin = next(i for i, line in enumerate(lines) if "fitted: begin" in line) + 1
    end = next(i for i, line in enumerate(lines) if "fitted: end" in line)
    body = []
    for name, knots, models, beside in ladders:
        body.append(f"inline constexpr CurveKnot {name}Curve[] = {{")
        for quality, value in knots:
            body.append(f"    {{{quality:g}, {value:.3f}}},")
        body.append("};")
        body.append(f"inline constexpr LadderModel {name}{{")
        body.append(f"    {name}Curve,")
        for model in models:
            body.append("    {" + ", ".join(f"{c:.4f}" for c in model) + "},")
        # Of the others too few samples reach the finer target, or they were not measured apart.
        kept = beside if name == "kWebpSharp" else beside[:1]
        body.append("    " + ", ".join(f"{{{score:.4f}, {block:.4f}}}" for score, block in kept) + "};")
        body.append("")
    lines[begin:end] = body
    open(path, "w").write("\n".join(lines))


if __name__ == "__main__":
    main()
