import { checkFields, DataError, type HostArray, type HostValues, joinFields } from '@gradus/core'
import {
  type BothParts,
  type DirectoryDataset,
  type DirectoryOptions,
  datasetFromDirectory,
  directoryFields,
} from '../directory/from-directory.ts'
import type { Directory } from '../directory/platform-list.ts'
import { resample } from './resample.ts'
import { decodeWav, type Sound } from './wav.ts'

/** Options of `audioDatasetFromDirectory`, with Keras's names. */
export interface AudioDirectoryOptions extends DirectoryOptions {
  /** The samples in a second; sound of other rates is converted (default: that of each file). */
  readonly samplingRate?: number
  /** The samples of each file: more are cut off, fewer are padded with zeros (default: those of the longest of a batch). */
  readonly outputSequenceLength?: number
}

const fields = /* @__PURE__ */ joinFields(directoryFields, {
  samplingRate: { type: 'integer', min: 1 },
  outputSequenceLength: { type: 'integer', min: 1 },
} as const)

/**
 * Makes batches of the `.wav` files of a folder, with the folders in it as classes: `x` is float32 from -1 to 1,
 * `[batch, samples, channels]`, `y` the numbers of classes. Shorter sound is padded with zeros to the longest of its batch, or to
 * `outputSequenceLength`; as in Keras, that is done before the sample rate is changed. The options and the result are those of
 * `textDatasetFromDirectory`. Throws `DataError` for files that `decodeWav` cannot read, and for different numbers of channels in a
 * batch. Keras: `utils.audio_dataset_from_directory`.
 *
 * @example
 * import { audioDatasetFromDirectory } from '@gradus/data'
 * import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
 * const folder = await mkdtemp('/tmp/gradus-sounds-')
 * await mkdir(`${folder}/beep`)
 * const wav = 'RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x04\0\0\0\0\x40\0\xc0'
 * await writeFile(`${folder}/beep/0.wav`, Buffer.from(wav, 'latin1'))
 * const data = await audioDatasetFromDirectory(folder, { outputSequenceLength: 3, verbose: false })
 * const shapes = []
 * for await (const { x } of data) shapes.push(x.shape)
 * shapes // => [[1, 3, 1]]
 */
export function audioDatasetFromDirectory(
  directory: Directory,
  options: AudioDirectoryOptions & BothParts,
): Promise<[DirectoryDataset, DirectoryDataset]>
export function audioDatasetFromDirectory(
  directory: Directory,
  options?: AudioDirectoryOptions,
): Promise<DirectoryDataset>
export async function audioDatasetFromDirectory(
  directory: Directory,
  options: AudioDirectoryOptions = {},
): Promise<DirectoryDataset | [DirectoryDataset, DirectoryDataset]> {
  const owner = 'audioDatasetFromDirectory'
  checkFields(owner, options, fields)
  const { samplingRate, outputSequenceLength, ...others } = options
  const load = async ({ path, read }: { readonly path: string; read(): Promise<Uint8Array> }): Promise<HostArray> => {
    const sound = withLength(decodeWav(await read(), `'${path}'`), outputSequenceLength)
    const { data, shape } = samplingRate === undefined ? sound : resample(sound, samplingRate)
    return { data, shape, dtype: 'float32' }
  }
  return datasetFromDirectory(directory, others, { owner, formats: ['.wav'], load, align: padded })
}

function withLength(sound: Sound, length: number | undefined): Sound {
  const [samples, channels] = sound.shape
  if (length === undefined || length === samples) return sound
  const data = new Float32Array(length * channels)
  data.set(sound.data.subarray(0, data.length))
  return { ...sound, data, shape: [length, channels] }
}

/** Pads the sounds of a batch with zeros to the longest. */
function padded(samples: readonly HostValues[]): readonly HostValues[] {
  const sounds = samples as readonly HostArray[]
  const channels = sounds[0]!.shape[1]!
  const other = sounds.find(({ shape }) => shape[1] !== channels)
  if (other) {
    throw new DataError(
      `A batch has sounds with ${channels} and with ${other.shape[1]} channels. Convert the files to one number of channels.`,
    )
  }
  const length = sounds.reduce((most, { shape }) => Math.max(most, shape[0]!), 0)
  return sounds.map((sound) => {
    if (sound.shape[0] === length) return sound
    const data = new Float32Array(length * channels)
    data.set(sound.data)
    return { data, shape: [length, channels], dtype: 'float32' }
  })
}
