import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { useCode } from '../../i18n/useCode.ts'

/** How much of what follow-up needs is known, and what is missing. */
export function CompletenessLine({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const { completeness, missing } = person
  if (completeness === null) return null
  return (
    <section className="panel completeness" aria-label={t('person.completeness.label')}>
      <div className="completeness-head">
        <span>{t('person.completeness.label')}</span>
        <meter
          aria-label={t('person.completeness.label')}
          min={0}
          max={100}
          low={60}
          high={80}
          optimum={100}
          value={completeness}
        />
        <strong>{completeness}</strong>
      </div>
      <p className="secondary small">
        {missing.length === 0
          ? t('person.completeness.full')
          : t('person.completeness.missing', { list: missing.map((gap) => code('gap', gap)).join('、') })}
      </p>
    </section>
  )
}
