import { z } from 'zod'
import { personDetail } from './person.ts'
import { answerLine, band, localized } from './questionnaire.ts'
import { timestamp } from './route.ts'

/** A drug as last requested or dispensed. */
const medication = z.object({
  at: timestamp,
  text: z.string(),
  dose: z.string().nullable(),
  quantity: z.string().nullable(),
})

/** The newest result of one test. */
const observation = z.object({
  at: timestamp,
  text: z.string(),
  value: z.string(),
  unit: z.string().nullable(),
  range: z.string().nullable(),
  /** HL7 interpretation code, such as `H`. */
  interpretation: z.string().nullable(),
  flag: z.enum(['critical', 'abnormal']).nullable(),
})

const response = z.object({
  at: timestamp,
  title: localized,
  source: z.enum(['staff', 'person']),
  score: z.number().nullable(),
  band: band.pick({ text: true, tone: true }).nullable(),
  lines: z.array(answerLine),
})

/** Summary of a person for a telephone call; contact data masked. Lists hold the newest entries. */
export const personCard = personDetail
  .pick({
    id: true,
    birthDate: true,
    tags: true,
    note: true,
    optOuts: true,
    telecoms: true,
    relationships: true,
  })
  .extend({
    mayReveal: z.boolean(),
    /** The stay that the task is about, else the last one. */
    stay: personDetail.shape.encounters.element.nullable(),
    medications: z.array(medication),
    observations: z.array(observation),
    responses: z.array(response),
  })
export type PersonCard = z.infer<typeof personCard>
