// Compares the files of models with an installed Keras, in both directions:
//   npm run compare:keras-files -- [--configs 3] [--seed 1] [--only TEXT,TEXT] [--backend NAME] [--keep FOLDER] [--quick]
// With --quick the models are not trained, and only .keras files are compared. At the end it prints a table by class and format.
// GRADUS_PYTHON names the Python that has the packages `keras`, `jax` and `h5py` (default python3).
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { importBundled } from './bundled.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    configs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    backend: { type: 'string', default: 'cpu' },
    keep: { type: 'string' },
    quick: { type: 'boolean' },
  },
})
const python = process.env.GRADUS_PYTHON || 'python3'
const env = {
  KERAS_BACKEND: 'jax',
  TF_CPP_MIN_LOG_LEVEL: '3',
  PYTHONWARNINGS: 'ignore',
  // most of the time JAX compiles, the same programs for the files of each model
  XLA_FLAGS: '--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true',
  JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS: '0',
  JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES: '-1',
  ...process.env,
}
const found = spawnSync(python, ['-c', 'import keras, jax, h5py; print(keras.__version__)'], { env, encoding: 'utf8' })
if (found.status !== 0) {
  console.error(
    `${python} has no Keras, so there is nothing to compare with. Install it: python3 -m venv venv && venv/bin/pip install keras jax h5py; then GRADUS_PYTHON=venv/bin/python npm run compare:keras-files.`,
  )
  process.exit(2)
}
console.log(`Keras ${found.stdout.trim()}`)
const folder = values.keep ? resolve(values.keep) : mkdtempSync(join(tmpdir(), 'gradus-keras-files-'))
mkdirSync(folder, { recursive: true })
rmSync(join(folder, 'results.jsonl'), { force: true })
env.JAX_COMPILATION_CACHE_DIR ??= join(folder, 'cache')
const runPython = (action, ...options) =>
  spawnSync(python, [join(here, 'keras/file_models.py'), action, folder, ...options], { env, stdio: 'inherit' }).status
try {
  if (
    runPython(
      'write',
      '--configs',
      values.configs,
      '--seed',
      values.seed,
      '--only',
      values.only,
      ...(values.quick ? ['--quick'] : []),
    ) !== 0
  )
    process.exit(1)
  const { main } = await importBundled('src/compare-files.ts', folder)
  const status = await main(folder, values.backend)
  process.exitCode = runPython('check') || status
  printTable(readFileSync(join(folder, 'results.jsonl'), 'utf8'))
} finally {
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
}

/** The number of files, of failures, and the greatest difference: by kind of model, format, and who read the file. */
function printTable(lines) {
  const rows = new Map()
  for (const line of lines.trim().split('\n')) {
    const { by, model, kind, far, problem } = JSON.parse(line)
    const key = [model.split('.').slice(0, -1).join('.'), `.${kind}`, by].join(' | ')
    const row = rows.get(key) ?? { files: 0, failed: 0, far: 0 }
    rows.set(key, {
      files: row.files + 1,
      failed: row.failed + (problem ? 1 : 0),
      far: Math.max(row.far, far ?? Number.POSITIVE_INFINITY),
    })
  }
  console.log(
    '| models | format | read by | files | failed | greatest difference |\n| --- | --- | --- | --- | --- | --- |',
  )
  const [total, failures] = [...rows.values()].reduce(([a, b], { files, failed }) => [a + files, b + failed], [0, 0])
  for (const [key, { files, failed, far }] of rows)
    console.log(`| ${key} | ${files} | ${failed} | ${far.toExponential(1)} |`)
  console.log(`${total} files were read, ${failures} failed.`)
}
