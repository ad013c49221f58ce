import { PhoneOutlined } from '@ant-design/icons'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { useCode } from '../../i18n/useCode.ts'
import { MaskedText } from '../../ui/MaskedText.tsx'
import { useShortcut } from '../../ui/useShortcut.ts'
import type { Revealed } from '../person/RevealDialog.tsx'
import { rememberDialled } from './dialling.ts'

const RevealDialog = lazy(() => import('../person/RevealDialog.tsx'))

export function PhoneLines({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const [revealed, setRevealed] = useState<Revealed>({})
  const [asking, setAsking] = useState(false)
  const phones = person.telecoms.filter((telecom) => telecom.system === 'phone')
  const canReveal = person.abilities.reveal && !revealed.telecoms
  useShortcut('p', () => setAsking(true), {
    enabled: canReveal && phones.length + person.relationships.length > 0,
  })

  return (
    <section className="phone-lines">
      {phones.length === 0 && <p className="secondary">{t('desk.noPhone')}</p>}
      {phones.map((phone) => {
        const number = revealed.telecoms?.find((one) => one.id === phone.id)?.value
        return (
          <p key={phone.id} className={phone.valid ? '' : 'is-invalid'}>
            <span className="secondary small">{code('telecomUse', phone.use)}</span>{' '}
            {number ? (
              <a
                href={`tel:${number}`}
                className="call-link"
                onClick={() => rememberDialled(person.id, phone.id)}
              >
                <PhoneOutlined aria-hidden /> {number}
              </a>
            ) : (
              <b>{phone.value}</b>
            )}
            {!phone.valid && <span className="text-danger small"> {t('desk.wrongNumber')}</span>}
          </p>
        )
      })}
      {canReveal && phones.length > 0 && (
        <button type="button" className="soft-button" onClick={() => setAsking(true)}>
          <kbd>P</kbd> {t('desk.revealPhone')}
        </button>
      )}
      {person.relationships.length > 0 && (
        <>
          <h3>{t('desk.family')}</h3>
          {person.relationships.map((relative) => (
            <p key={relative.id}>
              <span className="secondary small">{code('relation', relative.relation)}</span> {relative.name}{' '}
              <MaskedText
                masked={relative.phone}
                revealed={revealed.relationships?.find((one) => one.id === relative.id)?.phone}
                tel
              />
            </p>
          ))}
        </>
      )}
      <Suspense fallback={null}>
        {asking && (
          <RevealDialog
            personId={person.id}
            fields={['telecoms', 'relationships']}
            firstReason="call"
            onClose={() => setAsking(false)}
            onRevealed={setRevealed}
          />
        )}
      </Suspense>
    </section>
  )
}
