import { chronicTemplates } from './chronic.ts'
import { familyTemplates } from './family.ts'
import { heartTemplates } from './heart.ts'
import { serviceChains } from './service-chain.ts'
import { strokeTemplates } from './stroke.ts'
import { surgicalTemplates } from './surgical.ts'
import { deskGuidance, diseasePathway, diseaseQuestionnaire } from './write.ts'

/** Diseases and kinds of stay with timing, questions, dangerous signs and guidance, each from its guideline. */
export const diseaseTemplates = [
  ...heartTemplates,
  ...strokeTemplates,
  ...chronicTemplates,
  ...surgicalTemplates,
  ...familyTemplates,
]

export const diseaseGuidance = diseaseTemplates.flatMap(deskGuidance)

export const diseaseQuestionnaires = diseaseTemplates.map(diseaseQuestionnaire)

/** Ready to be switched on; a site begins with none of them, because each means calls that somebody must have the time for. */
export const shippedTemplates = [...diseaseTemplates.map(diseasePathway), ...serviceChains]
