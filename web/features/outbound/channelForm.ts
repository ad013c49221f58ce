import type { OutboundChannel, OutboundChannelBody } from '../../../contract/outbound.ts'

/** What stands in the fields of the editor: text, as people type it. */
export type ChannelForm = {
  name: string
  host: string
  port: string
  tls: boolean
  tlsCa: string
  application: string
  facility: string
  authority: string
  charset: string
  version: string
  timeout: string
  inFlight: string
  hold: boolean
  active: boolean
}

export function toForm(channel: OutboundChannel | null): ChannelForm {
  return {
    name: channel?.name ?? '',
    host: channel?.host ?? '',
    port: String(channel?.port ?? 2575),
    tls: channel?.tls ?? false,
    tlsCa: channel?.tlsCa ?? '',
    application: channel?.receivingApplication ?? 'HIS',
    facility: channel?.receivingFacility ?? '',
    authority: channel?.assigningAuthority ?? '',
    charset: channel?.charset ?? 'UTF-8',
    version: channel?.hl7Version ?? '2.5',
    timeout: channel?.ackTimeoutSeconds ? String(channel.ackTimeoutSeconds) : '',
    inFlight: String(channel?.maxInFlight ?? 1),
    hold: channel?.holdOnReject ?? false,
    active: channel?.active ?? true,
  }
}

/** The body of the request; what does not fit is refused by the server with its field. */
export function fromForm(form: ChannelForm): OutboundChannelBody {
  return {
    name: form.name.trim(),
    host: form.host.trim(),
    port: Number(form.port),
    tls: form.tls,
    tlsCa: form.tls && form.tlsCa.trim() ? form.tlsCa.trim() : null,
    receivingApplication: form.application.trim(),
    receivingFacility: form.facility.trim(),
    assigningAuthority: form.authority.trim(),
    kinds: ['ADT^A31'],
    charset: form.charset as OutboundChannelBody['charset'],
    hl7Version: form.version as OutboundChannelBody['hl7Version'],
    ackTimeoutSeconds: form.timeout.trim() ? Number(form.timeout) : null,
    maxInFlight: Number(form.inFlight),
    holdOnReject: form.hold,
    active: form.active,
  }
}
