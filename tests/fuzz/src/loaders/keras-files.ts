import '../backend.ts'
import { readFileSync } from 'node:fs'
import { kerasFormats, kerasHdf5, kerasModel, kerasWeights } from '@gradus/keras-files'
import fc from 'fast-check'
import { unzipSync, zipSync } from 'fflate'
import { Dense, LSTM, loadModel, Sequential } from 'gradus'
import { jsonOf } from '../hostile.ts'
import { type Loader, loader } from '../loader.ts'
import { mutatedBytes } from '../mutate-bytes.ts'
import { jsonCases } from '../mutate-json.ts'

const recorded = (name: string) =>
  readFileSync(new URL(`../../../../packages/keras-files/src/recorded/${name}`, import.meta.url))

/** A model of the layers in the recorded files. */
function model(): Sequential {
  const made = new Sequential([new LSTM({ units: 2, inputShape: [4, 3] }), new Dense({ units: 1 })])
  made.compile({ optimizer: 'adam', loss: 'mse' })
  return made
}

/** The file of the model under a name. */
async function written(name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  const writable = {
    write: async (data: Uint8Array | string) => void pieces.push(data as Uint8Array),
    close: async () => {},
  }
  await model().save({ name, createWritable: async () => writable } as never, { formats: kerasFormats })
  return pieces[0]!
}

const archives = [await written('a.keras'), recorded('small.keras')]
const hdf5 = [await written('a.h5'), await written('a.weights.h5'), recorded('small.h5'), recorded('small.weights.h5')]
const read = (bytes: Uint8Array) => loadModel(bytes, { formats: kerasFormats })

export const kerasArchives: Loader = loader({
  name: '.keras files',
  covers: [kerasModel.name],
  cases: mutatedBytes(archives),
  read,
})

/** Archives in which the parts are changed, with right checksums, so that more of them are read. */
const parts = unzipSync(archives[1]!)
const config = JSON.parse(new TextDecoder().decode(parts['config.json'])) as object

export const kerasArchiveParts: Loader = loader({
  name: 'parts of .keras files',
  covers: [],
  cases: fc
    .tuple(
      fc.oneof({ weight: 3, arbitrary: fc.constant(config) }, { weight: 1, arbitrary: jsonCases([config]) }),
      fc.oneof(fc.constant(parts['model.weights.h5']!), mutatedBytes([parts['model.weights.h5']!])),
      fc.constantFrom<0 | 9>(0, 9),
    )
    .map(([changed, weights, level]) =>
      zipSync({ 'config.json': new TextEncoder().encode(jsonOf(changed)), 'model.weights.h5': weights }, { level }),
    ),
  read,
})

export const kerasHdf5Files: Loader = loader({
  name: 'HDF5 files of Keras',
  covers: [kerasWeights.name, kerasHdf5.name, 'decodeValues'],
  cases: mutatedBytes(hdf5),
  read: async (bytes) => {
    await model().restore(bytes, { formats: kerasFormats })
    return read(bytes)
  },
})
