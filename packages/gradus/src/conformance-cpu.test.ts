import { cpu } from './index.ts'
import { testStandard } from './testing/test-standard.ts'

testStandard(cpu())
