import { cpu } from '@gradus/backend-cpu'
import { add, tensor, useBackend } from '@gradus/tensor'

await useBackend(cpu())
console.log(add(tensor([1, 2]), 1).array())
