import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import type { listAudit } from '../../../contract/audit.ts'
import type { ItemOf } from '../../query.ts'

/** Results and other ends of a subject that have words, such as `task:1097 done`. */
const ends = ['outcome', 'evidence', 'channel'] as const

/** An entry as one would say it, in parts: who, did what, to whom, the rest. `张平 记录随访结果：患者张*，一级随访，已随访` */
export function useSentence() {
  const { t, i18n } = useTranslation()
  const shipped = useShipped()
  const known = (key: string): string | null =>
    i18n.exists(key, { nsSeparator: false }) ? String(t(key as never, { nsSeparator: false })) : null
  return (entry: ItemOf<typeof listAudit>): [string, string, string, string] => {
    const { object, subject, personName, reason, outcome } = entry
    const act = known(`audit.action.${entry.action.replaceAll('.', '_')}`) ?? t('audit.otherAct')
    const what =
      object &&
      ((object.name && shipped(object.name)) ??
        (object.count === null
          ? known(`audit.noun.${object.kind}`)
          : t(`audit.counted.${object.kind as 'persons'}`, { n: object.count, defaultValue: '' })))
    const setting =
      entry.action === 'setting.write' &&
      known(`settings.name.${subject?.split(' ')[0]?.replaceAll('.', '_') ?? ''}`)
    const tail = (subject ?? '').split(' ').slice(1)
    const end = tail.flatMap((word) =>
      ends.flatMap((group) => known(`codes.${group}.${word}`) ?? []).slice(0, 1),
    )
    const why =
      reason &&
      t('audit.because', {
        reason: known(`audit.why.${reason.replaceAll(' ', '-')}`) ?? known(`errors.${reason}`) ?? reason,
      })
    const person = personName === null ? '' : t('audit.patientName', { name: personName })
    const rest = [what, setting, ...end, why].filter(Boolean)
    const said = outcome === 'allowed' ? ` ${act}` : ` ${t(`audit.said.${outcome}`, { act })}`
    const colon = person || rest.length > 0 ? t('person.colon') : ''
    return [
      entry.actorName,
      `${said}${colon}`,
      person,
      `${person && rest.length > 0 ? '，' : ''}${rest.join('，')}`,
    ]
  }
}
