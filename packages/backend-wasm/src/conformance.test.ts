import { testBackend } from '@gradus/testing'
import { describe } from 'vitest'
import { variantsHere } from './testing/variants.ts'

describe.each(variantsHere)('%s', (_, make) => testBackend(make()))
