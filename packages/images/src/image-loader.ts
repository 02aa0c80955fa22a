import type { HostArray } from '@gradus/core'
import { imageError } from './image-source.ts'
import { imagePool } from './tasks/platform-pool.ts'
import type { Preparation } from './tasks/prepare.ts'

/** An image file of a data set. */
interface ImageFile {
  readonly path: string
  read(): Promise<Uint8Array>
}

/**
 * Returns a function that reads and prepares images. For an image that cannot be read it calls `onBroken` and returns undefined;
 * without `onBroken` it throws `DataError` with the path.
 */
export function imageLoader(
  preparation: Preparation,
  workers: number | undefined,
  onBroken: ((path: string, error: Error) => void) | undefined,
): (file: ImageFile) => Promise<HostArray | undefined> {
  const { channels, height, width, isChannelsFirst } = preparation
  const shape = isChannelsFirst ? [channels, height, width] : [height, width, channels]
  const pool = imagePool(workers)
  return async (file) => {
    try {
      return { data: await pool.run(await file.read(), preparation), shape, dtype: 'float32' }
    } catch (cause) {
      const error = imageError(`The image '${file.path}'`, cause)
      if (!onBroken || !(error instanceof Error)) throw error
      onBroken(file.path, error)
      return undefined
    }
  }
}
