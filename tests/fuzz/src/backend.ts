import { cpu } from '@gradus/backend-cpu'
import { useBackend } from '@gradus/tensor'

// Good files are made when their module is loaded, on the reference backend.
await useBackend(cpu())
