import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Purpose } from '../../../contract/contact.ts'
import {
  checkText,
  sendingNames,
  type TemplateChannel,
  type TemplateText,
  templateNames,
  type TextProblem,
  withSubject,
} from '../../../contract/message-template.ts'
import { useCall } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { AreaField, TextField } from '../../ui/fields.ts'
import { useSettled } from '../pathway/editor/useSettled.ts'

type TextEditorProps = {
  purpose: Purpose
  channel: TemplateChannel
  text: TemplateText | undefined
  readOnly: boolean
  onChange: (text: TemplateText | undefined) => void
}

/** What the safe part of Liquid can say, to begin with. */
const snippets = {
  ifStart: (otherwise: string) => `{% if start %}{{start}}{% else %}${otherwise}{% endif %}`,
  ifMissing: (otherwise: string) => `{{ name | default: "${otherwise}" }}`,
}

/** Writes one text: what it may name, how long it is, and what is wrong with it at the words. */
export function TextEditor({ purpose, channel, text, readOnly, onChange }: TextEditorProps) {
  const { t } = useTranslation()
  const body = useSettled(text?.body ?? '', 400)
  const subject = useSettled(text?.subject ?? '', 400)
  const check = useCall(
    checkText,
    { body: { purpose, channel, subject, body } },
    { enabled: body !== '', placeholderData: (previous) => previous },
  )
  if (!text)
    return (
      <EmptyState
        title={t('templates.noText')}
        hint={t('templates.noTextHint')}
        {...(!readOnly && {
          action: (
            <Button
              onClick={() => onChange({ body: '', ...(withSubject.includes(channel) && { subject: '' }) })}
            >
              {t('templates.write')}
            </Button>
          ),
        })}
      />
    )
  const insert = (words: string) => onChange({ ...text, body: text.body + words })
  const problems = body === '' ? [] : (check.data?.problems ?? [])
  return (
    <>
      {withSubject.includes(channel) && (
        <TextField
          label={t('templates.subject')}
          value={text.subject ?? ''}
          maxLength={200}
          disabled={readOnly}
          onChange={(next) => onChange({ ...text, subject: next })}
        />
      )}
      <AreaField
        label={t('templates.body')}
        hint={t('templates.bodyHint')}
        rows={channel === 'sms' ? 5 : 10}
        maxLength={5000}
        value={text.body}
        disabled={readOnly}
        onChange={(next) => onChange({ ...text, body: next })}
      />
      {!readOnly && (
        <div role="group" aria-label={t('templates.insert')} className="template-choose">
          {[...templateNames, ...sendingNames].map((name) => (
            <Button key={name} size="small" onClick={() => insert(`{{${name}}}`)}>
              {t(`templates.names.${name}`)}
            </Button>
          ))}
          {(['ifStart', 'ifMissing'] as const).map((one) => (
            <Button
              key={one}
              size="small"
              onClick={() => insert(snippets[one](t(`templates.snippet.${one}`)))}
            >
              {t(`templates.${one}`)}
            </Button>
          ))}
          <Button size="small" danger onClick={() => onChange(undefined)}>
            {t('templates.remove')}
          </Button>
        </div>
      )}
      <p className="secondary small" role="status">
        {check.data &&
          body !== '' &&
          t(channel === 'sms' ? 'templates.sizeSms' : 'templates.size', {
            n: check.data.characters,
            parts: check.data.parts,
            alphabet: t(`templates.alphabet.${check.data.encoding ?? 'ucs2'}`),
          })}
        {check.data?.cost != null && ` · ${t('templates.cost', { cost: check.data.cost })}`}
      </p>
      {problems.length > 0 && <Problems problems={problems} subject={subject} body={body} />}
    </>
  )
}

function Problems({ problems, subject, body }: { problems: TextProblem[]; subject: string; body: string }) {
  const { t } = useTranslation()
  return (
    <section aria-label={t('templates.problems')} className="template-problems">
      {(['subject', 'body'] as const).map((field) => {
        const here = problems.filter((one) => one.field === field && one.length > 0)
        return here.length === 0 ? null : (
          <code key={field} className="pre-line template-marked">
            {marked(field === 'subject' ? subject : body, here)}
          </code>
        )
      })}
      <ul>
        {problems.map((one) => (
          <li key={`${one.field} ${one.rule} ${one.at}`} className={one.blocks ? 'template-blocks' : ''}>
            {one.words && <q>{one.words}</q>} {t(`templates.rule.${one.rule}`)}
            {!one.blocks && ` ${t('templates.onlyWarns')}`}
            {one.source && <span className="secondary small"> {one.source}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The text with the words of the problems marked; where two overlap, the first. */
function marked(text: string, problems: TextProblem[]) {
  let rest = 0
  const parts = problems.flatMap(({ at, length }) => {
    if (at < rest) return []
    const before = text.slice(rest, at)
    rest = at + length
    return [before, <mark key={at}>{text.slice(at, rest)}</mark>]
  })
  return [...parts, text.slice(rest)]
}
