import { Link } from '@tanstack/react-router'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import type { ClaimField } from '../../../contract/provenance.ts'
import { useCode } from '../../i18n/useCode.ts'
import { DialButton } from '../call/DialButton.tsx'
import { MaskedText } from '../../ui/MaskedText.tsx'
import type { Revealed } from './RevealDialog.tsx'
import { FieldSource, SourceLine } from './SourceLine.tsx'

const RevealDialog = lazy(() => import('./RevealDialog.tsx'))
const SourcesDialog = lazy(() => import('./SourcesDialog.tsx'))
const ContactDialog = lazy(() => import('./ContactDialog.tsx'))

type ContactPanelProps = {
  person: PersonDetail
  revealed: Revealed
  onRevealed: (revealed: Revealed) => void
}

export function ContactPanel({ person, revealed, onRevealed }: ContactPanelProps) {
  const { t } = useTranslation()
  const code = useCode()
  const [asking, setAsking] = useState(false)
  const [changing, setChanging] = useState(false)
  const [shown, setShown] = useState<ClaimField | null>(null)
  const isEmpty = person.telecoms.length + person.identifiers.length + person.addresses.length === 0
  const formerNames = person.names.filter((name) => name.use !== 'usual')

  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('person.contact')}</h2>
        {person.abilities.write && (
          <button type="button" className="plain-button" onClick={() => setChanging(true)}>
            {t('person.changeContact')}
          </button>
        )}
        {person.abilities.reveal && !revealed.telecoms && !isEmpty && (
          <button type="button" className="plain-button" onClick={() => setAsking(true)}>
            {t('person.reveal')}
          </button>
        )}
      </div>
      {isEmpty && <p className="secondary">{t('person.noContact')}</p>}
      <dl className="facts">
        {person.telecoms.map((telecom) => (
          <div key={telecom.id}>
            <dt>
              {telecom.system === 'phone' ? code('telecomUse', telecom.use) : code('channel', telecom.system)}
            </dt>
            <dd className={telecom.valid ? '' : 'is-invalid'}>
              <MaskedText
                masked={telecom.value}
                revealed={revealed.telecoms?.find((one) => one.id === telecom.id)?.value}
                tel={telecom.system === 'phone'}
              />{' '}
              {telecom.system === 'phone' && telecom.valid && (
                <DialButton personId={person.id} name={person.name} telecomId={telecom.id} />
              )}
              {!telecom.valid && <span className="text-danger small"> {t('person.invalidPhone')}</span>}
              <SourceLine source={telecom.source} at={telecom.updatedAt} />
            </dd>
          </div>
        ))}
        {person.identifiers.map((identifier) => (
          <div key={`${identifier.system}-${identifier.siteId}-${identifier.value}`}>
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
              <SourceLine source={identifier.source} at={identifier.since} />
            </dd>
          </div>
        ))}
        {person.addresses.map((address, at) => (
          <div key={address.id}>
            <dt>{t('person.addresses')}</dt>
            <dd>
              <MaskedText
                masked={address.text}
                revealed={revealed.addresses?.find((one) => one.id === address.id)?.text}
              />
              {at === 0 ? (
                <FieldSource
                  label={t('person.address')}
                  provenance={person.provenance.find((one) => one.field === 'address')}
                  onOpen={(one) => setShown(one.field)}
                />
              ) : (
                <SourceLine source={address.source} at={address.updatedAt} />
              )}
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
                  <SourceLine source={relative.source} at={relative.updatedAt} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <Suspense fallback={null}>
        {shown && <SourcesDialog person={person} field={shown} onClose={() => setShown(null)} />}
        {changing && <ContactDialog person={person} onClose={() => setChanging(false)} />}
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
