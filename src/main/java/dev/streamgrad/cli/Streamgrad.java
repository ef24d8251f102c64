package dev.streamgrad.cli;

public final class Streamgrad {
    private Streamgrad() {}

    public static void main(String[] args) {
        System.out.println("hi");
    }
}
