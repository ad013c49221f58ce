import type { SameWords } from '../shape.ts'
import type { sources as reference } from '../zh-CN/sources.ts'

/** Where a row came from. */
export const sources = {
  person: 'the person',
  booking: 'Web booking by the person',
  user: 'Entered by hand',
  hl7: 'HIS feed',
  fhir: 'FHIR feed',
  feed: 'HIS feed',
  his: 'HIS feed',
  api: 'API',
  staff: 'Entered by hand',
  careloop: 'System',
  system: 'System',
  pathway: 'Pathway',
  demo: 'Demo data',
  seed: 'Initial data',
  import: 'Import',
  task: 'Follow-up',
  job: 'System',
  portal: 'Patient app',
} satisfies SameWords<typeof reference>
