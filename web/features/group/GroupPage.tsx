import { Button } from 'antd'
import './group.css'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  exportGroup,
  getGroup,
  type GroupAgreement,
  type GroupContact,
  type GroupDetail,
} from '../../../contract/group.ts'
import { addressOf } from '../../api.ts'
import { count } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { AgreementDialog } from './AgreementDialog.tsx'
import { AgreementEnd } from './AgreementEnd.tsx'
import { ContactDialog } from './ContactDialog.tsx'
import { GroupDialog } from './GroupDialog.tsx'
import { groupTones } from './GroupsPage.tsx'
import { MemberList } from './MemberList.tsx'

export default function GroupPage() {
  const { t } = useTranslation()
  const { id } = useParams({ strict: false })
  const query = useCall(getGroup, { params: { id: Number(id) } })
  const [editing, setEditing] = useState(false)
  if (query.isError || query.isPending) return <Unloaded page query={query} height={320} />
  const group = query.data
  return (
    <div className="page">
      <PageHeader
        title={group.name}
        extra={
          <>
            <StatusTag tone={groupTones[group.status]}>{t(`groups.statuses.${group.status}`)}</StatusTag>
            {group.abilities.export && (
              <Button href={addressOf(exportGroup, { params: { id: group.id } })} download>
                {t('groups.export')}
              </Button>
            )}
            {group.abilities.write && <Button onClick={() => setEditing(true)}>{t('groups.edit')}</Button>}
          </>
        }
      >
        <p className="secondary">
          {[
            t(`groups.kinds.${group.kind}`),
            group.code,
            group.siteName ?? t('groups.allSites'),
            t('groups.membersOf', { n: count(group.members) }),
          ].join(' · ')}
        </p>
      </PageHeader>
      <div className="group-columns">
        <div className="group-side">
          <Details group={group} />
          <Contacts group={group} />
          <Agreements group={group} />
        </div>
        <MemberList group={group} />
      </div>
      {editing && <GroupDialog group={group} onClose={() => setEditing(false)} />}
    </div>
  )
}

function Details({ group }: { group: GroupDetail }) {
  const { t } = useTranslation()
  const facts = [
    [t('groups.level'), group.level && t(`groups.levels.${group.level}`)],
    [t('groups.owner'), group.ownerName],
    [t('groups.phone'), group.phone],
    [
      t('groups.address'),
      [group.province, group.city, group.district, group.address].filter(Boolean).join(''),
    ],
    [t('groups.industry'), group.industry],
    [t('groups.headcount'), group.headcount === null ? null : count(group.headcount)],
    [t('groups.taxId'), group.taxId],
    [t('groups.note'), group.note],
  ].filter(([, value]) => value)
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('groups.facts')}</h2>
      </div>
      {facts.length === 0 && group.parentId === null && group.children.length === 0 && (
        <p className="secondary">{t('groups.noFacts')}</p>
      )}
      <dl className="facts">
        {group.parentId !== null && (
          <div>
            <dt>{t('groups.parent')}</dt>
            <dd>
              <Link to="/groups/$id" params={{ id: String(group.parentId) }}>
                {group.parentName}
              </Link>
            </dd>
          </div>
        )}
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {group.children.length > 0 && (
          <div>
            <dt>{t('groups.children')}</dt>
            <dd className="tag-line">
              {group.children.map((child) => (
                <Link key={child.id} to="/groups/$id" params={{ id: String(child.id) }}>
                  {child.name}
                </Link>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </section>
  )
}

function Contacts({ group }: { group: GroupDetail }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<GroupContact | 'new' | null>(null)
  const active = group.contacts.filter((one) => one.active)
  return (
    <section className="panel" aria-label={t('groups.contacts')}>
      <div className="panel-head">
        <h2>{t('groups.contacts')}</h2>
        {group.abilities.write && (
          <button type="button" className="plain-button" onClick={() => setOpen('new')}>
            {t('groups.addContact')}
          </button>
        )}
      </div>
      {group.contacts.length === 0 && <p className="secondary">{t('groups.noContacts')}</p>}
      {active.length === 1 && <p className="secondary small">{t('groups.singleContact')}</p>}
      <ul className="row-list">
        {group.contacts.map((one) => (
          <li key={one.id}>
            <div>
              <strong>{one.name}</strong> <span className="secondary">{one.title}</span>{' '}
              {one.main && <StatusTag tone="primary">{t('groups.main')}</StatusTag>}
              {!one.active && <StatusTag tone="neutral">{t('groups.left')}</StatusTag>}
              <p className="secondary small">
                {[t(`groups.contactRoles.${one.role}`), one.phone, one.email].filter(Boolean).join(' · ')}
              </p>
            </div>
            {group.abilities.write && (
              <button type="button" className="plain-button" onClick={() => setOpen(one)}>
                {t('common.edit')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {open && (
        <ContactDialog
          groupId={group.id}
          contact={open === 'new' ? null : open}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  )
}

function Agreements({ group }: { group: GroupDetail }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<GroupAgreement | 'new' | null>(null)
  return (
    <section className="panel" aria-label={t('groups.agreements')}>
      <div className="panel-head">
        <h2>{t('groups.agreements')}</h2>
        {group.abilities.write && (
          <button type="button" className="plain-button" onClick={() => setOpen('new')}>
            {t('groups.addAgreement')}
          </button>
        )}
      </div>
      {group.agreements.length === 0 && <p className="secondary">{t('groups.noAgreements')}</p>}
      <ul className="row-list">
        {group.agreements.map((one) => (
          <li key={one.id}>
            <div>
              <strong className="mono">{one.number}</strong> <span>{one.title}</span>{' '}
              <span className="secondary small">{t(`groups.agreementStatuses.${one.status}`)}</span>
              <AgreementEnd {...one} />
              <p className="secondary small">
                {[
                  one.payment && t(`groups.payments.${one.payment}`),
                  one.discountPercent !== null && t('groups.discountText', { n: one.discountPercent }),
                  one.creditLimit !== null &&
                    t('groups.creditText', { amount: count(one.creditLimit), currency: one.currency }),
                  one.services.map((service) => t(`groups.services.${service}`)).join('、'),
                  one.document,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
              {one.terms && <p className="small pre-line">{one.terms}</p>}
            </div>
            {group.abilities.write && (
              <button type="button" className="plain-button" onClick={() => setOpen(one)}>
                {t('common.edit')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {open && (
        <AgreementDialog
          groupId={group.id}
          agreement={open === 'new' ? null : open}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  )
}
