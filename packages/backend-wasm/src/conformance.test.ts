import { testBackend } from '@gradus/testing'
import { wasm } from './wasm.ts'

testBackend(wasm())
