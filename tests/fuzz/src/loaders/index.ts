import type { Loader } from '../loader.ts'
import * as configs from './configs.ts'
import * as data from './data.ts'
import * as files from './files.ts'
import * as models from './models.ts'
import * as states from './states.ts'
import * as weights from './weights.ts'

const { goodFiles: _, ...fileLoaders } = files
const { statefulCallbacks: __, ...stateLoaders } = states

/** All loaders. */
export const loaders: readonly Loader[] = [configs, data, fileLoaders, models, stateLoaders, weights].flatMap(
  (module) => Object.values<Loader>(module),
)
