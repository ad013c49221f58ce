import { Link } from '@tanstack/react-router'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { useCode } from '../../i18n/useCode.ts'
import { MaskedText } from '../../ui/MaskedText.tsx'
import type { Revealed } from './RevealDialog.tsx'

const RevealDialog = lazy(() => import('./RevealDialog.tsx'))

type ContactPanelProps = {
  person: PersonDetail
  revealed: Revealed
  onRevealed: (revealed: Revealed) => void
}

export function ContactPanel({ person, revealed, onRevealed }: ContactPanelProps) {
  const { t } = useTranslation()
  const code = useCode()
  const [asking, setAsking] = useState(false)
  const source = (name: string) => t('person.source', { source: code('source', name) })
  const isEmpty = person.telecoms.length + person.identifiers.length + person.addresses.length === 0
  const formerNames = person.names.filter((name) => name.use !== 'usual')

  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('person.contact')}</h2>
        {person.abilities.reveal && !revealed.telecoms && !isEmpty && (
          <button type="button" className="plain-button" onClick={() => setAsking(true)}>
            {t('person.reveal')}
          </button>
        )}
      </div>
      {isEmpty && <p className="secondary">{t('person.noContact')}</p>}
      <dl className="facts">
        {person.telecoms.map((telecom) => (
          <div key={telecom.id} title={source(telecom.source)}>
            <dt>
              {telecom.system === 'phone' ? code('telecomUse', telecom.use) : code('channel', telecom.system)}
            </dt>
            <dd className={telecom.valid ? '' : 'is-invalid'}>
              <MaskedText
                masked={telecom.value}
                revealed={revealed.telecoms?.find((one) => one.id === telecom.id)?.value}
                tel={telecom.system === 'phone'}
              />
              {!telecom.valid && <span className="text-danger small"> {t('person.invalidPhone')}</span>}
            </dd>
          </div>
        ))}
        {person.identifiers.map((identifier) => (
          <div
            key={`${identifier.system}-${identifier.siteId}-${identifier.value}`}
            title={source(identifier.source)}
          >
            <dt>{code('identifierSystem', identifier.system)}</dt>
            <dd>
              <MaskedText
                masked={identifier.value}
                revealed={revealed.identifiers?.find((one) => one.system === identifier.system)?.value}
              />
              {identifier.marks.map((mark) => (
                <span key={mark} className="text-danger small">
                  {' '}
                  {code('identifierMark', mark)}
                </span>
              ))}
            </dd>
          </div>
        ))}
        {person.addresses.map((address) => (
          <div key={address.id} title={source(address.source)}>
            <dt>{t('person.addresses')}</dt>
            <dd>
              <MaskedText
                masked={address.text}
                revealed={revealed.addresses?.find((one) => one.id === address.id)?.text}
              />
            </dd>
          </div>
        ))}
        {formerNames.map((name) => (
          <div key={`${name.use}-${name.text}`}>
            <dt>{code('nameUse', name.use)}</dt>
            <dd>{name.text}</dd>
          </div>
        ))}
      </dl>
      {person.relationships.length > 0 && (
        <>
          <h3>{t('person.family')}</h3>
          <dl className="facts">
            {person.relationships.map((relative) => (
              <div key={relative.id}>
                <dt>{code('relation', relative.relation)}</dt>
                <dd>
                  {relative.relatedPersonId ? (
                    <Link to="/persons/$id" params={{ id: String(relative.relatedPersonId) }}>
                      {relative.name}
                    </Link>
                  ) : (
                    relative.name
                  )}{' '}
                  <MaskedText
                    masked={relative.phone}
                    revealed={revealed.relationships?.find((one) => one.id === relative.id)?.phone}
                    tel
                  />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <Suspense fallback={null}>
        {asking && (
          <RevealDialog
            personId={person.id}
            fields={['telecoms', 'identifiers', 'addresses', 'relationships']}
            onClose={() => setAsking(false)}
            onRevealed={onRevealed}
          />
        )}
      </Suspense>
    </section>
  )
}
