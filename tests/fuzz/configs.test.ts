import { configLoaders } from './src/loaders/index.ts'
import { fuzzSuite } from './src/suite.ts'

fuzzSuite(configLoaders)
