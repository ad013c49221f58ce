import './person.css'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getPerson } from '../../../contract/person.ts'
import { useTime } from '../../format/useTime.ts'
import { useAge } from '../../i18n/useAge.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { AppointmentPanel } from '../appointment/AppointmentPanel.tsx'
import { CasePanel } from '../case/CasePanel.tsx'
import { PortalPanel } from '../portal/PortalPanel.tsx'
import { PromisePanel } from '../promise/PromisePanel.tsx'
import { DisputePanel } from '../dispute/DisputePanel.tsx'
import { InstructionPanel } from '../instruction/InstructionPanel.tsx'
import { RecordsPanel } from '../match/RecordsPanel.tsx'
import { CompletenessLine } from './CompletenessLine.tsx'
import { ConsentPanel } from './ConsentPanel.tsx'
import { ContactPanel } from './ContactPanel.tsx'
import { EncounterPanel } from './EncounterPanel.tsx'
import { EnrollmentPanel } from './EnrollmentPanel.tsx'
import { FactsPanel } from './FactsPanel.tsx'
import { OptOutPanel } from './OptOutPanel.tsx'
import { WishesPanel } from './WishesPanel.tsx'
import { MembershipPanel } from './MembershipPanel.tsx'
import { PersonActions } from './PersonActions.tsx'
import { PersonSummary } from './PersonSummary.tsx'
import { PhotoPanel } from './PhotoPanel.tsx'
import { personTagTone } from './tags.ts'
import { Timeline } from './Timeline.tsx'
import type { Revealed } from './RevealDialog.tsx'

export default function PersonPage() {
  const { id } = useParams({ strict: false })
  const personId = Number(id)
  return <PersonView key={personId} personId={personId} />
}

function PersonView({ personId }: { personId: number }) {
  const { t } = useTranslation()
  const code = useCode()
  const age = useAge()
  const time = useTime()
  const [revealed, setRevealed] = useState<Revealed>({})
  const query = useCall(getPerson, { params: { id: personId } })

  if (query.isError || query.isPending) return <Unloaded page query={query} height={420} />

  const person = query.data
  return (
    <div className="page person-page">
      <PageHeader
        title={person.name}
        extra={
          <div className="tag-line">
            {person.tags.map((tag) => (
              <StatusTag key={tag} tone={personTagTone[tag]}>
                {code('personTag', tag)}
              </StatusTag>
            ))}
            {person.openTasks > 0 && (
              <StatusTag tone="primary">{t('person.openTasks', { n: person.openTasks })}</StatusTag>
            )}
          </div>
        }
      >
        <p className="secondary">
          {[
            code('sex', person.sex),
            age(person.age),
            ...person.recordNumbers.map((one) => one.value),
            t('person.visits', { visits: person.facts.visits, stays: person.facts.stays }),
            person.deceasedAt ? t('person.deceasedOn', { time: time.day(person.deceasedAt) }) : null,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <PersonSummary person={person} />
        <PersonActions person={person} onRevealed={setRevealed} />
      </PageHeader>
      {person.id !== personId && <Notice tone="info" title={t('match.shownInstead')} />}
      <div className="person-columns">
        <div className="person-facts" tabIndex={0} role="region" aria-label={t('person.facts')}>
          <FactsPanel person={person} />
          <ContactPanel person={person} revealed={revealed} onRevealed={setRevealed} />
          <WishesPanel person={person} />
          <OptOutPanel person={person} />
          <CasePanel person={person} />
          <PromisePanel person={{ id: person.id, name: person.name }} />
          <DisputePanel person={person} />
          <EnrollmentPanel person={person} />
          <AppointmentPanel person={person} />
          <InstructionPanel person={person} />
          <PhotoPanel person={person} />
          <ConsentPanel person={person} />
          <PortalPanel person={person} />
          <MembershipPanel person={person} />
          <EncounterPanel person={person} />
          <RecordsPanel person={person} />
          <CompletenessLine person={person} />
        </div>
        <Timeline person={person} />
      </div>
    </div>
  )
}
