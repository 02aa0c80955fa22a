import { checkFields } from '@gradus/core'
import type { NpyArray } from '../formats/dtype.ts'
import { readNpy } from '../formats/npy.ts'
import { type SplitLoadOptions, splitFields } from './boston-housing.ts'
import type { Published } from './published.ts'
import { kerasRoot, openFiles, requireFile } from './source.ts'
import type { TableSet } from './types.ts'
import { requireSplit, splitTable } from './values.ts'

const published: Published = {
  name: 'californiaHousing',
  forms: [
    {
      root: kerasRoot,
      files: [
        { name: 'california_housing.npz', hash: '1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f' },
      ],
    },
  ],
}

/** Options of `californiaHousing.load`. */
export interface CaliforniaHousingOptions extends SplitLoadOptions {
  /** All 20 640 samples, or the first 600 (default `large`). */
  readonly version?: 'large' | 'small'
}

async function load(options: CaliforniaHousingOptions = {}): Promise<TableSet> {
  checkFields('californiaHousing.load', options, { ...splitFields, version: { oneOf: ['large', 'small'] } })
  const { version = 'large', testSplit = 0.2, seed = 113, ...others } = options
  requireSplit('californiaHousing.load', testSplit)
  const files = await openFiles(published, others)
  const array = async (name: string) => {
    const found = readNpy(await requireFile(files, name, published), name)
    return version === 'small' ? firstRows(found, 600) : found
  }
  return splitTable(await array('x.npy'), await array('y.npy'), 'californiaHousing', testSplit, seed)
}

function firstRows({ data, shape, ...others }: NpyArray, count: number): NpyArray {
  const [rows = 0, ...rest] = shape
  const kept = Math.min(rows, count)
  return { ...others, shape: [kept, ...rest], ...(data && { data: data.slice(0, (data.length / rows) * kept) }) }
}

/**
 * California Housing: 20 640 groups of blocks with 8 figures each (income, age of houses, mean numbers of rooms and bedrooms,
 * population, people in a household, latitude, longitude) and the median value of houses in dollars, from the census of 1990.
 * `load()` returns `{ train, test }` in the order of Keras. Keras: `datasets.california_housing.load_data`. Source: Pace and Barry
 * 1997.
 *
 * @example
 * import { californiaHousing } from '@gradus/datasets'
 * Object.keys(californiaHousing) // => ['load']
 */
export const californiaHousing = { load }
