"""Compares `gradus train FILE --target NAME` with scikit-learn on eight tables, and records the figures.

    python3 tests/recorded/tables/record.py --data FOLDER --gradus "node apps/cli/dist/main.js"

FOLDER has penguins.json, cars.json, movies.json and seattle-weather.csv of the package vega-datasets 3.2.1 (its folder `data`).
The other tables are those of scikit-learn. A quarter of the rows is held out, five times; both sides get the same rows. The command
divides the other rows itself, for training and validation. The result is written to recorded/tables.json.
"""
import argparse, csv, json, pathlib, shlex, subprocess, tempfile, warnings
import numpy as np, pandas as pd, sklearn
from sklearn import datasets
from sklearn.compose import make_column_selector as of_type, make_column_transformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings('ignore')
SEEDS = 5
TABLES = [
    ('penguins.json', 'Species', True), ('cars.json', 'Miles_per_Gallon', False), ('movies.json', 'IMDB Rating', False),
    ('seattle-weather.csv', 'weather', True), ('iris.csv', 'target', True), ('wine.csv', 'target', True),
    ('breast_cancer.csv', 'target', True), ('diabetes.csv', 'target', False),
]

def rows_of(name, folder):
    """The rows as the file has them: texts of CSV, values of JSON."""
    own = getattr(datasets, 'load_' + name.split('.')[0], None)
    if own:
        bunch = own(as_frame=True)
        frame = bunch.frame
        if hasattr(bunch, 'target_names'): frame['target'] = [str(bunch.target_names[i]) for i in frame['target']]
        return [{k: str(v) for k, v in row.items()} for row in frame.to_dict('records')]
    path = pathlib.Path(folder, name)
    if name.endswith('.json'): return json.loads(path.read_text())
    with open(path) as file: return list(csv.DictReader(file))

def write(path, rows):
    if path.suffix == '.json': return path.write_text(json.dumps(rows))
    with open(path, 'w', newline='') as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

def frame_of(rows, target):
    frame = pd.DataFrame(rows)
    for name in frame.columns:
        if name == target: continue
        numbers = pd.to_numeric(frame[name], errors='coerce')
        if numbers.notna().sum() >= 0.9 * frame[name].notna().sum(): frame[name] = numbers
        else: frame[name] = frame[name].map(lambda value: 'missing' if value in (None, '') or value != value else str(value))
    return frame

def baselines(train, test, target, is_classes):
    frame = frame_of(train + test, target)
    x, y = frame.drop(columns=[target]), frame[target]
    y = y.astype(str) if is_classes else y.astype(float)
    n = len(train)
    models = {
        'linear': LogisticRegression(max_iter=2000) if is_classes else Ridge(),
        'forest': RandomForestClassifier(random_state=0) if is_classes else RandomForestRegressor(random_state=0),
    }
    encode = lambda: make_column_transformer(
        (make_pipeline(SimpleImputer(strategy='median'), StandardScaler()), of_type(dtype_include=np.number)),
        (OneHotEncoder(handle_unknown='ignore', min_frequency=2), of_type(dtype_exclude=np.number)))
    return {name: float(make_pipeline(encode(), model).fit(x[:n], y[:n]).score(x[n:], y[n:])) for name, model in models.items()}

def trained(command, folder, train, test, target, is_classes, suffix, seed):
    files = [folder / f'{part}{suffix}' for part in ('train', 'test')]
    for file, rows in zip(files, (train, test)): write(file, rows)
    call = [*shlex.split(command), 'train', str(files[0]), '--target', target, '--set', f'data.test={files[1]}',
            '--seed', str(seed), '--out', str(folder / 'runs'), '--json', '--quiet']
    done = json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
    evaluation = done['evaluation']
    assert evaluation['samples'] == len(test)
    return evaluation['figures']['accuracy'] if is_classes else evaluation['targets'][target]['r2']

parser = argparse.ArgumentParser()
parser.add_argument('--data', required=True)
parser.add_argument('--gradus', required=True)
args = parser.parse_args()
result = []
for name, target, is_classes in TABLES:
    rows = [row for row in rows_of(name, args.data) if row.get(target) not in (None, '')]
    scores = {'gradus': [], 'linear': [], 'forest': []}
    for seed in range(1, SEEDS + 1):
        labels = [row[target] for row in rows] if is_classes else None
        train, test = train_test_split(rows, test_size=0.25, random_state=seed, stratify=labels)
        for key, score in baselines(train, test, target, is_classes).items(): scores[key].append(round(score, 4))
        with tempfile.TemporaryDirectory() as folder:
            score = trained(args.gradus, pathlib.Path(folder), train, test, target, is_classes, pathlib.Path(name).suffix, seed)
            scores['gradus'].append(round(score, 4))
    means = {key: round(float(np.mean(values)), 4) for key, values in scores.items()}
    print(f'{name:20} {target:18}', *(f'{key} {value:.4f}' for key, value in means.items()), flush=True)
    result.append({'table': name, 'target': target, 'figure': 'accuracy' if is_classes else 'r2', 'rows': len(rows), 'means': means, 'scores': scores})
out = pathlib.Path(__file__).parent / 'recorded' / 'tables.json'
out.write_text(json.dumps({'sklearn': sklearn.__version__, 'held out': 0.25, 'seeds': SEEDS, 'tables': result}, indent=1) + '\n')
