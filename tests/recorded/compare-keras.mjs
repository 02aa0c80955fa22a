// Compares random configurations of every class and every function of tensors with an installed Keras:
//   npm run compare:keras -- [--configs 200] [--seed 1] [--only TEXT] [--backend NAME] [--keep FOLDER]
// GRADUS_PYTHON names the Python that has the packages `keras` and `jax` (default python3).
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = fileURLToPath(new URL('.', import.meta.url))
const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    configs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    backend: { type: 'string', default: 'cpu' },
    keep: { type: 'string' },
  },
})
const python = process.env.GRADUS_PYTHON || 'python3'
const env = { ...process.env, KERAS_BACKEND: 'jax', TF_CPP_MIN_LOG_LEVEL: '3', PYTHONWARNINGS: 'ignore' }
const found = spawnSync(python, ['-c', 'import keras, jax; print(keras.__version__, jax.__version__)'], {
  env,
  encoding: 'utf8',
})
if (found.status !== 0) {
  console.error(
    `${python} has no Keras, so there is nothing to compare with. Install it: python3 -m venv venv && venv/bin/pip install keras jax; then GRADUS_PYTHON=venv/bin/python npm run compare:keras.`,
  )
  process.exit(2)
}
const [keras, jax] = found.stdout.trim().split(' ')
console.log(`Keras ${keras} on JAX ${jax}`)
const folder = values.keep ? resolve(values.keep) : mkdtempSync(join(tmpdir(), 'gradus-keras-'))
mkdirSync(folder, { recursive: true })
try {
  const record = join(here, 'keras/record.py')
  const options = ['--configs', values.configs, '--seed', values.seed, '--only', values.only]
  for (const KERAS_BACKEND of ['jax', 'numpy']) {
    const recorded = spawnSync(python, [record, folder, ...options], {
      env: { ...env, KERAS_BACKEND },
      stdio: 'inherit',
    })
    if (recorded.status !== 0) process.exit(recorded.status ?? 1)
  }
  const compared = spawnSync(process.execPath, [join(here, 'run.mjs'), '--backend', values.backend], {
    env: { ...process.env, GRADUS_RECORDED: folder },
    stdio: 'inherit',
  })
  process.exitCode = compared.status ?? 1
} finally {
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
}
