import { testBackend } from '@gradus/testing'
import { cpu } from './cpu.ts'

testBackend(cpu())
