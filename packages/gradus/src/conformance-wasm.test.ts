import { wasm } from './index.ts'
import { testStandard } from './testing/test-standard.ts'

testStandard(await wasm())
