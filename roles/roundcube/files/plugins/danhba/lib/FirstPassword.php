<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use rcmail;
use rcube_utils;

/**
 * The first password (R10.1): a page before any session of a user exists, so that nothing else can be reached from it.
 *
 * Between sign-in and change the anonymous session keeps the issued password encrypted, for a quarter of an hour.
 */
final class FirstPassword
{
    public const ACTION = 'plugin.danhba-first';
    private const SECONDS = 900;

    public function __construct(
        private readonly danhba $plugin,
        private readonly rcmail $rcmail,
        private readonly Session $session,
        private readonly Form $form
    ) {
    }

    /** The password is right, but it is the issued one. Never returns. */
    public function begin(string $address, #[\SensitiveParameter] string $password): never
    {
        $_SESSION['danhba_first'] = $this->rcmail->encrypt((string) json_encode([$address, $password, time()]));
        $this->rcmail->session->regenerate_id(false);
        $this->rcmail->output->redirect(['_task' => 'login', '_action' => self::ACTION]);
        exit;
    }

    /** Hook `startup`. Returns when the request is not for this page. */
    public function handle(string $task, ?string $action): void
    {
        if ($task !== 'login' || $action !== self::ACTION) {
            return;
        }
        $pending = $this->pending();
        if (!$pending) {
            $this->rcmail->output->redirect(['_task' => 'login', '_err' => 'session']);
        }
        [$address, $password] = $pending;
        if ($_SERVER['REQUEST_METHOD'] === 'POST') {
            $this->change($address, $password);
        }
        $this->show($address);
    }

    /** @return array{string, string}|null address and issued password, while they are fresh */
    private function pending(): ?array
    {
        $kept = json_decode((string) $this->rcmail->decrypt((string) ($_SESSION['danhba_first'] ?? '')), true);
        if (!is_array($kept) || count($kept) !== 3 || $kept[2] < time() - self::SECONDS) {
            $this->rcmail->session->remove('danhba_first');
            return null;
        }
        return [$kept[0], $kept[1]];
    }

    private function change(string $address, #[\SensitiveParameter] string $password): void
    {
        if (!$this->rcmail->check_request(rcube_utils::INPUT_POST)) {
            http_response_code(403);
            exit;
        }
        $answer = $this->form->change($address, $password);
        if ($answer) {
            $this->session->enter($answer['mailbox'], $answer['token']);
        }
    }

    private function show(string $address): never
    {
        $intro = html::tag('h1', [], $this->form->text('firsttitle')) . html::p(null, $this->form->text('firstintro'))
            . html::p('danhba-address', rcmail::Q($address));
        $this->plugin->register_handler('plugin.danhbafirst', fn (): string => $this->form->html(
            './?_task=login&_action=' . self::ACTION,
            $address,
            ['new', 'again'],
            $intro
        ));
        $this->rcmail->output->set_pagetitle($this->plugin->gettext('firsttitle'));
        $this->rcmail->output->send('danhba.first');
        exit;
    }
}
