<?php

declare(strict_types=1);

namespace Danhba;

/**
 * The client of the credential service: one question and one answer per connection, each a JSON object on one line.
 *
 * An answer has the key `answer`; whatever goes wrong on the way is `{"answer": "unavailable"}`. Nothing is logged, as
 * questions carry passwords.
 */
final class Service
{
    private const LONGEST = 8192;
    private const SECONDS = 20;

    public function __construct(private readonly string $socket)
    {
    }

    /** @return array{answer: string, ...} */
    public function sign_in(string $address, #[\SensitiveParameter] string $password, string $client): array
    {
        return $this->ask(['request' => 'sign_in', 'address' => $address, 'password' => $password, 'client' => $client]);
    }

    /** @return array{answer: string, ...} */
    public function change_password(
        string $address,
        #[\SensitiveParameter] string $old,
        #[\SensitiveParameter] string $new,
        string $client
    ): array {
        return $this->ask(['request' => 'change_password', 'address' => $address, 'old' => $old, 'new' => $new,
            'client' => $client]);
    }

    /** @return array{answer: string, ...} */
    public function look_up(string $address, #[\SensitiveParameter] string $token): array
    {
        return $this->ask(['request' => 'look_up', 'address' => $address, 'token' => $token]);
    }

    /** @return array{answer: string, ...} */
    public function sign_out(string $address, #[\SensitiveParameter] string $token): array
    {
        return $this->ask(['request' => 'sign_out', 'address' => $address, 'token' => $token]);
    }

    /** @return array{answer: string, ...} */
    public function show_use(string $address, #[\SensitiveParameter] string $token): array
    {
        return $this->ask(['request' => 'show_use', 'address' => $address, 'token' => $token]);
    }

    private function ask(#[\SensitiveParameter] array $question): array
    {
        $line = json_encode($question, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
        if ($line === false || strlen($line) >= self::LONGEST) {
            return ['answer' => 'refused']; // not UTF-8, or longer than any password may be
        }
        $answer = json_decode($this->exchange("$line\n"), true);
        return is_array($answer) && is_string($answer['answer'] ?? null) ? $answer : ['answer' => 'unavailable'];
    }

    private function exchange(#[\SensitiveParameter] string $line): string
    {
        $connection = @stream_socket_client("unix://{$this->socket}", $code, $error, self::SECONDS);
        if (!$connection) {
            return '';
        }
        stream_set_timeout($connection, self::SECONDS);
        $sent = @fwrite($connection, $line) === strlen($line);
        $answer = $sent ? fgets($connection) : '';
        fclose($connection);
        return (string) $answer;
    }
}
